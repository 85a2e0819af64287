#include "builder/hcl/letters.h"

#include <utility>

#include "base/utf8.h"

namespace cooper::hcl {
namespace {

// Bytes that are no UTF-8 are taken one by one.
std::pair<char32_t, std::size_t> next_of(std::string_view text) {
  const auto decoded = base::decode_utf8(text);
  if (decoded.second != 0) return decoded;
  return {static_cast<unsigned char>(text.front()), 1};
}

char32_t upper_of(char32_t c) {
  if (c >= U'a' && c <= U'z') return c - 32;
  if (c < 0x80) return c;
  if (c == 0xb5) return 0x39c;
  if (c >= 0xe0 && c <= 0xfe && c != 0xf7) return c - 32;
  if (c == 0xff) return 0x178;
  const bool odd_is_lower = (c >= 0x100 && c <= 0x137 && c != 0x131) ||
                            (c >= 0x14a && c <= 0x177) || (c >= 0x460 && c <= 0x481) ||
                            (c >= 0x48a && c <= 0x4bf) || (c >= 0x4d0 && c <= 0x52f) ||
                            (c >= 0x1e00 && c <= 0x1e95);
  if (odd_is_lower) return c & 1U ? c - 1 : c;
  const bool even_is_lower = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e);
  if (even_is_lower) return c & 1U ? c : c - 1;
  if (c == 0x3c2) return 0x3a3;
  if (c >= 0x3b1 && c <= 0x3cb) return c - 32;
  if (c >= 0x430 && c <= 0x44f) return c - 32;
  if (c >= 0x450 && c <= 0x45f) return c - 80;
  return c;
}

char32_t lower_of(char32_t c) {
  if (c >= U'A' && c <= U'Z') return c + 32;
  if (c < 0xc0) return c;
  if (c == 0x178) return 0xff;
  if (c == 0x130) return U'i';
  for (const char32_t step : {1U, 32U, 80U}) {
    const char32_t small = c + step;
    if (small != 0x3c2 && upper_of(c) == c && upper_of(small) == c) return small;
  }
  return c;
}

template <typename Change>
std::string changed(std::string_view text, Change change) {
  std::string out;
  while (!text.empty()) {
    const auto [code, length] = next_of(text);
    if (length == 1 && code >= 0x80) {
      out += text.front();
    } else {
      base::append_utf8(out, change(code));
    }
    text.remove_prefix(length);
  }
  return out;
}

bool joins(char32_t code) {
  return (code >= 0x300 && code <= 0x36f) || code == 0x200d || (code >= 0xfe00 && code <= 0xfe0f);
}

bool in_word(char32_t c) {
  if (c >= 0x80) return c != 0xa0 && c != 0x2028 && c != 0x2029 && c != 0x3000;
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9') ||
         c == U'_';
}

}  // namespace

std::vector<std::string> letters_of(std::string_view text) {
  std::vector<std::string> letters;
  bool joined = false;
  while (!text.empty()) {
    const auto [code, length] = next_of(text);
    const bool mark = joins(code);
    if ((mark || joined) && !letters.empty()) {
      letters.back() += text.substr(0, length);
    } else {
      letters.emplace_back(text.substr(0, length));
    }
    joined = code == 0x200d;
    text.remove_prefix(length);
  }
  return letters;
}

std::string upper(std::string_view text) { return changed(text, upper_of); }
std::string lower(std::string_view text) { return changed(text, lower_of); }

std::string title(std::string_view text) {
  bool inside = false;
  return changed(text, [&inside](char32_t code) {
    const bool first = !std::exchange(inside, in_word(code));
    return first ? upper_of(code) : code;
  });
}

}  // namespace cooper::hcl
