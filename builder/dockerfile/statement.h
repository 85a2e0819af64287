// One instruction's line, cut into keyword, flags and arguments, before it is known what they mean.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "builder/dockerfile/heredoc.h"
#include "builder/dockerfile/instruction.h"
#include "builder/dockerfile/logical_line.h"
#include "builder/dockerfile/words.h"

namespace cooper::dockerfile {

// A heredoc that followed the line.
struct HeredocText {
  HeredocWord word;
  std::string raw;  // the body as it stands, tabs of <<- included
};

struct Statement {
  const SourceText* source = nullptr;
  const LogicalLine* line = nullptr;
  std::string keyword;             // as written
  std::string name;                // upper case
  std::size_t keyword_offset = 0;  // all offsets are into line->text
  std::vector<Word> flags;
  std::string_view rest;  // arguments, trimmed; points into line->text
  std::size_t rest_offset = 0;
  std::vector<HeredocText> heredocs;

  // Throws base::Error(usage) with the spot of what is meant.
  [[noreturn]] void fail(std::string cause, std::string hint = {}) const;  // the keyword
  [[noreturn]] void fail_rest(std::string cause, std::string hint = {}) const;
  [[noreturn]] void fail_word(const Word& word, std::string cause,
                              std::string hint = {}) const;  // offset in rest
  [[noreturn]] void fail_flag(const Word& flag, std::string cause, std::string hint = {}) const;
};

// Cuts line.text from `begin` on; heredocs are left to the caller. `source` and `line` outlive the
// statement.
[[nodiscard]] Statement make_statement(const SourceText& source, const LogicalLine& line,
                                       std::size_t begin = 0);

// For ONBUILD: the statement in its argument.
[[nodiscard]] Statement nested_statement(const Statement& outer);

// True if heredocs of the line belong to this statement (RUN, COPY, ADD and these below ONBUILD;
// not the JSON form).
[[nodiscard]] bool may_have_heredocs(const Statement& statement);

// The body with the leading tabs of <<- dropped.
[[nodiscard]] std::string stripped_body(const HeredocText& heredoc);
[[nodiscard]] std::vector<Heredoc> heredocs_of(const Statement& statement);

}  // namespace cooper::dockerfile
