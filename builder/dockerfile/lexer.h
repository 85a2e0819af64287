// Dockerfile text -> logical lines: byte order mark, directives, comments, continuations, heredoc
// bodies (rows P1, P4 to P12, H2, H3). Knows nothing of instructions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "builder/dockerfile/directive.h"
#include "builder/dockerfile/dockerfile.h"
#include "builder/dockerfile/logical_line.h"

namespace cooper::dockerfile {

class Lexer {
 public:
  // Throws base::Error for text over the limits. `directives`: whether the text may begin with
  // parser directives.
  Lexer(std::string_view text, std::string file_name, bool directives = true);

  // The next logical line that is not blank and not a comment; nullopt at the end.
  [[nodiscard]] std::optional<LogicalLine> next();

  // The lines that follow up to one that is `name` exactly (with leading tabs dropped if
  // `strip_tabs`), ends kept as they are; extends line.last_line. Throws base::Error for an
  // unterminated heredoc, with the spot of its word.
  [[nodiscard]] std::string heredoc_body(LogicalLine& line, const std::string& name,
                                         bool strip_tabs, std::size_t word_offset,
                                         std::size_t word_length);

  [[nodiscard]] const SourceText& source() const { return source_; }
  [[nodiscard]] SourceText take_source() { return std::move(source_); }
  [[nodiscard]] const Directives& directives() const { return directives_; }
  [[nodiscard]] std::vector<Warning>& warnings() { return warnings_; }

 private:
  void split_lines(std::string_view text);
  [[nodiscard]] bool read_directive(std::string_view stripped);
  [[nodiscard]] bool append(LogicalLine& line, std::string_view physical, std::size_t column) const;
  void read_continuations(LogicalLine& line);
  [[noreturn]] void fail_line(std::size_t index, std::string cause) const;

  SourceText source_;
  std::vector<bool> ends_with_cr_;  // the line end was "\r\n"
  bool last_line_open_ = false;     // the text does not end with a line end
  std::size_t position_ = 0;        // next physical line, from 0
  Directives directives_;
  DirectiveReader reader_;
  bool reading_directives_;
  std::vector<Warning> warnings_;
};

}  // namespace cooper::dockerfile
