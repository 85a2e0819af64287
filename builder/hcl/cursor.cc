#include "builder/hcl/cursor.h"

#include <algorithm>
#include <utility>

namespace cooper::hcl {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

void Cursor::advance(std::size_t count) {
  for (; count > 0 && !at_end(); --count) {
    const char c = text_[at_++];
    if (fixed_) continue;
    if (c == '\n') {
      ++here_.line;
      here_.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) {
      ++here_.column;
    }
  }
}

bool Cursor::take(std::string_view word) {
  if (!starts_with(word)) return false;
  advance(word.size());
  return true;
}

void Cursor::skip_blanks(bool lines) {
  while (!at_end()) {
    const char c = peek();
    if (c == ' ' || c == '\t' || (c == '\r' && (lines || peek(1) == '\n')) ||
        (lines && c == '\n')) {
      advance();
    } else if (c == '#' || starts_with("//")) {
      advance(std::min(rest().find('\n'), rest().size()));
    } else if (starts_with("/*")) {
      const Position begin = here_;
      const std::size_t end = rest().find("*/", 2);
      if (end == std::string_view::npos) fail_at(begin, "a comment is not closed", {}, 2);
      advance(end + 2);
    } else {
      return;
    }
  }
}

bool Cursor::at_name() const { return is_letter(peek()); }

std::string Cursor::name() {
  if (!at_name()) return {};
  std::size_t length = 0;
  while (is_letter(peek(length)) || peek(length) == '-' ||
         (peek(length) >= '0' && peek(length) <= '9')) {
    ++length;
  }
  std::string found(rest().substr(0, length));
  advance(length);
  return found;
}

void Cursor::fail(std::string cause, std::string hint) const {
  fail_at(here_, std::move(cause), std::move(hint));
}

}  // namespace cooper::hcl
