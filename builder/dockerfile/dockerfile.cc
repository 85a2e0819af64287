#include "builder/dockerfile/dockerfile.h"

#include <utility>

#include "base/limits.h"
#include "builder/dockerfile/lexer.h"
#include "builder/dockerfile/parse_instruction.h"
#include "builder/dockerfile/statement.h"
#include "builder/dockerfile/text.h"

namespace cooper::dockerfile {
namespace {

// The place of the heredoc's "<<" in the line, for the error when its terminator is missing.
std::size_t heredoc_offset(const Statement& statement, std::size_t index) {
  std::size_t at = statement.rest_offset;
  for (std::size_t i = 0;; ++i) {
    const std::size_t found = statement.line->text.find("<<", at);
    if (found == std::string::npos) return statement.rest_offset;
    if (i == index) return found;
    at = found + 2;
  }
}

void read_heredocs(Lexer& lexer, LogicalLine& line, Statement& statement) {
  if (line.text.find("<<") == std::string::npos || !may_have_heredocs(statement)) return;
  std::vector<HeredocWord> words = find_heredocs(line.text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t offset = heredoc_offset(statement, i);
    std::string body = lexer.heredoc_body(line, words[i].name, words[i].strip_tabs, offset,
                                          words[i].name.size() + 2);
    statement.heredocs.push_back({std::move(words[i]), std::move(body)});
  }
}

// Neither a variable nor an argument of a program nor a path can hold one.
void refuse_zero_bytes(const Lexer& lexer, const LogicalLine& line, const Statement& statement) {
  const std::size_t at = line.text.find('\0');
  if (at != std::string::npos)
    fail_at(lexer.source(), line, at, 1, statement.name + " holds a zero byte",
            "write the file as UTF-8");
}

std::optional<Instruction> next_instruction(Lexer& lexer) {
  auto line = lexer.next();
  if (!line) return std::nullopt;
  Statement statement = make_statement(lexer.source(), *line);
  if (statement.keyword.empty())
    fail_at(lexer.source(), *line, 0, 1, "a continuation without an instruction");
  refuse_zero_bytes(lexer, *line, statement);
  read_heredocs(lexer, *line, statement);
  return parse_instruction(statement, lexer.warnings());
}

[[noreturn]] void fail_file(const std::string& file_name, std::string cause,
                            std::string hint = {}) {
  base::Error error(base::ErrorKind::usage, "parse", file_name, std::move(cause));
  if (!hint.empty()) error.with_hint(std::move(hint));
  throw error;
}

void add(Dockerfile& file, Instruction instruction, const SourceText& source) {
  if (const auto* from = std::get_if<From>(&instruction.payload)) {
    Stage stage;
    stage.name = from->name.value_or("");
    stage.where = instruction.where;
    stage.from = std::move(instruction);
    file.stages.push_back(std::move(stage));
  } else if (!file.stages.empty()) {
    file.stages.back().instructions.push_back(std::move(instruction));
  } else if (std::holds_alternative<Arg>(instruction.payload)) {
    file.global_args.push_back(std::move(instruction));
  } else {
    base::Error error(
        base::ErrorKind::usage, "parse", file.file_name,
        "no build stage in current context: only ARG may stand before the first FROM");
    throw error.with_spot(spot_of(source.name, source.lines, instruction.where));
  }
}

}  // namespace

Dockerfile parse_dockerfile(std::string_view text, std::string file_name) {
  if (text.empty()) fail_file(file_name, "the Dockerfile cannot be empty");
  Lexer lexer(text, file_name);
  Dockerfile file;
  file.file_name = std::move(file_name);
  file.text = text;
  std::size_t count = 0;
  while (auto instruction = next_instruction(lexer)) {
    if (++count > base::limit_of(base::Limit::dockerfile_instructions)) {
      throw base::limit_error(base::Limit::dockerfile_instructions, "parse", file.file_name,
                              "too many instructions")
          .with_spot(spot_of(file.file_name, lexer.source().lines, instruction->where));
    }
    add(file, std::move(*instruction), lexer.source());
  }
  if (count == 0) fail_file(file.file_name, "file with no instructions");
  if (file.stages.empty()) fail_file(file.file_name, "no build stage: there is no FROM");
  file.directives = lexer.directives();
  file.warnings = std::move(lexer.warnings());
  file.lines = lexer.take_source().lines;
  return file;
}

Instruction parse_trigger(std::string_view text, const std::string& origin) {
  const std::string name = "ONBUILD of " + origin;
  Lexer lexer(text, name, false);
  auto instruction = next_instruction(lexer);
  if (!instruction || lexer.next()) fail_file(name, "a trigger must be one instruction");
  if (std::holds_alternative<From>(instruction->payload)) {
    throw base::Error(base::ErrorKind::usage, "parse", name,
                      to_upper(instruction->keyword) + " is not allowed as an ONBUILD trigger")
        .with_spot(spot_of(name, lexer.source().lines, instruction->where));
  }
  return std::move(*instruction);
}

SourceRange instruction_at(std::string_view text, int line) {
  SourceRange range{.first_line = line, .last_line = line, .first_column = 0, .end_column = 0};
  try {
    Lexer lexer(text, "");
    while (auto logical = lexer.next()) {
      try {
        Statement statement = make_statement(lexer.source(), *logical);
        read_heredocs(lexer, *logical, statement);
      } catch (const base::Error&) {  // NOLINT(bugprone-empty-catch): its lines are known
      }
      if (line < logical->first_line || line > logical->last_line) continue;
      range.first_line = logical->first_line;
      range.last_line = logical->last_line;
      break;
    }
  } catch (const base::Error&) {  // NOLINT(bugprone-empty-catch): a line that is too long
  }
  return range;
}

base::SourceSpot spot(const Dockerfile& file, const SourceRange& where) {
  return spot_of(file.file_name, file.lines, where);
}

}  // namespace cooper::dockerfile
