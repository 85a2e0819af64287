// A place in the text of an HCL file: lines and columns are counted, blanks and comments skipped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "builder/hcl/node.h"

namespace cooper::hcl {

class Cursor {
 public:
  // `text` begins at `start`. `fixed`: everything is said to be there (a text whose escapes were
  // replaced).
  Cursor(std::string_view text, const Position& start, bool fixed)
      : text_(text), here_(start), fixed_(fixed) {}

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool starts_with(std::string_view word) const {
    return text_.substr(at_).starts_with(word);
  }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  [[nodiscard]] const Position& here() const { return here_; }

  void advance(std::size_t count = 1);
  bool take(std::string_view word);  // advances over `word` if it is next
  // Blanks and comments; line ends too if `lines`. A comment up to the line's end leaves the end.
  void skip_blanks(bool lines);

  [[nodiscard]] bool at_name() const;  // a letter, '_' or a character beyond ASCII is next
  [[nodiscard]] std::string name();    // letters, digits, '_' and '-'; "" if none is next

  [[noreturn]] void fail(std::string cause, std::string hint = {}) const;

 private:
  std::string_view text_;
  Position here_;
  bool fixed_;
  std::size_t at_ = 0;
};

}  // namespace cooper::hcl
