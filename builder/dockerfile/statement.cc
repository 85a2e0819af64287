#include "builder/dockerfile/statement.h"

#include <algorithm>
#include <utility>

#include "builder/dockerfile/string_array.h"
#include "builder/dockerfile/text.h"

namespace cooper::dockerfile {

void Statement::fail(std::string cause, std::string hint) const {
  fail_at(*source, *line, keyword_offset, keyword.size(), std::move(cause), std::move(hint));
}

void Statement::fail_rest(std::string cause, std::string hint) const {
  if (rest.empty()) fail(std::move(cause), std::move(hint));
  fail_at(*source, *line, rest_offset, rest.size(), std::move(cause), std::move(hint));
}

void Statement::fail_word(const Word& word, std::string cause, std::string hint) const {
  fail_at(*source, *line, rest_offset + word.offset, word.length, std::move(cause),
          std::move(hint));
}

void Statement::fail_flag(const Word& flag, std::string cause, std::string hint) const {
  fail_at(*source, *line, flag.offset, flag.length, std::move(cause), std::move(hint));
}

Statement make_statement(const SourceText& source, const LogicalLine& line, std::size_t begin) {
  Statement statement;
  statement.source = &source;
  statement.line = &line;
  std::string_view text = trim_right(line.text);
  begin = std::min(begin, text.size());
  begin += text.size() - begin - trim_left(text.substr(begin)).size();
  std::size_t end = begin;
  while (end < text.size() && !is_separator(text[end])) ++end;
  statement.keyword_offset = begin;
  statement.keyword = text.substr(begin, end - begin);
  statement.name = to_upper(statement.keyword);
  while (end < text.size() && is_separator(text[end])) ++end;
  FlagWords cut = split_flags(text.substr(end));
  for (Word& flag : cut.flags) flag.offset += end;
  statement.flags = std::move(cut.flags);
  const std::string_view rest = text.substr(end + cut.rest);
  statement.rest = trim_left(rest);
  statement.rest_offset = text.size() - statement.rest.size();
  return statement;
}

Statement nested_statement(const Statement& outer) {
  return make_statement(*outer.source, *outer.line, outer.rest_offset);
}

bool may_have_heredocs(const Statement& statement) {
  if (statement.name == "ONBUILD") {
    const Statement inner = nested_statement(statement);
    return inner.name != "ONBUILD" && may_have_heredocs(inner);
  }
  if (statement.name != "RUN" && statement.name != "COPY" && statement.name != "ADD") return false;
  return parse_string_array(statement.rest).form != StringArray::Form::strings;
}

std::string stripped_body(const HeredocText& heredoc) {
  if (!heredoc.word.strip_tabs) return heredoc.raw;
  std::string body;
  body.reserve(heredoc.raw.size());
  bool line_begins = true;
  for (const char c : heredoc.raw) {
    if (line_begins && c == '\t') continue;
    body += c;
    line_begins = c == '\n';
  }
  return body;
}

std::vector<Heredoc> heredocs_of(const Statement& statement) {
  std::vector<Heredoc> heredocs;
  for (const HeredocText& text : statement.heredocs) {
    heredocs.push_back(
        {text.word.name, stripped_body(text), text.word.expand, text.word.strip_tabs});
  }
  return heredocs;
}

}  // namespace cooper::dockerfile
