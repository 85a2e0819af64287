#include "builder/dockerfile/text.h"

#include "base/utf8.h"

namespace cooper::dockerfile {
namespace {

bool is_wide_space(char32_t code) {
  return code == 0x85 || code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
         code == 0x2028 || code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

}  // namespace

std::size_t space_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = static_cast<unsigned char>(text.front());
  if (byte < 0x80) return is_separator(text.front()) || byte == '\n' ? 1 : 0;
  const auto decoded = base::decode_utf8(text);
  return decoded.second > 0 && is_wide_space(decoded.first) ? decoded.second : 0;
}

std::string_view trim_left(std::string_view text) {
  while (const std::size_t length = space_length(text)) text.remove_prefix(length);
  return text;
}

std::string_view trim_right(std::string_view text) {
  while (!text.empty()) {
    // The last character begins at most 2 bytes before the last byte when it is a space (U+3000
    // takes 3).
    std::size_t start = text.size() - 1;
    while (start > 0 && text.size() - start < 3 &&
           (static_cast<unsigned char>(text[start]) & 0xc0U) == 0x80U)
      --start;
    const std::size_t length = space_length(text.substr(start));
    if (length == 0 || start + length != text.size()) break;
    text.remove_suffix(length);
  }
  return text;
}

std::string_view trim(std::string_view text) { return trim_right(trim_left(text)); }

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string to_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

}  // namespace cooper::dockerfile
