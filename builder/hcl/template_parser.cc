// Texts in quotes, heredocs and the templates in them: "${...}", "%{if ...}", "%{for ...}".
#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "builder/hcl/expression_parser.h"
#include "builder/hcl/parser_guards.h"
#include "builder/hcl/template_part.h"

namespace cooper::hcl {
namespace {

using Kind = Expression::Kind;
using PartKind = TemplatePart::Kind;

constexpr std::size_t kMaxParts = 100'000;

}  // namespace

Expression ExpressionParser::quoted() {
  const Position where = cursor_.here();
  cursor_.advance();
  std::vector<TemplatePart> found = parts(Mode::quoted, {});
  if (!cursor_.take("\"")) fail_at(where, "a string is not closed");
  trim_parts(found);
  std::size_t at = 0;
  Expression made = sequence(found, at, 0);
  if (made.kind == Kind::literal || made.kind == Kind::text) made.where = where;
  if (made.kind == Kind::literal) made.value.where = where;
  return made;
}

Expression ExpressionParser::whole_template() {
  std::vector<TemplatePart> found = parts(Mode::bare, {});
  trim_parts(found);
  std::size_t at = 0;
  Expression made = sequence(found, at, 0);
  if (made.where.document == nullptr) made.where = cursor_.here();
  return made;
}

std::string ExpressionParser::plain_text() {
  const Position where = cursor_.here();
  Expression read = quoted();
  if (read.kind != Kind::literal || read.value.kind != Node::Kind::string)
    fail_at(where, "a label may not have templates in it");
  return std::move(read.value.text);
}

Expression ExpressionParser::heredoc() {
  const Position where = cursor_.here();
  cursor_.advance(2);
  Heredoc form;
  form.flush = cursor_.take("-");
  form.marker = cursor_.name();
  cursor_.take("\r");
  if (form.marker.empty() || !cursor_.take("\n"))
    fail_at(where, "expected a marker and a new line after '<<'", "write <<EOT", 2);
  std::vector<TemplatePart> found = parts(Mode::heredoc, form);
  if (cursor_.at_end())
    fail_at(where, "the heredoc is not closed by a line '" + form.marker + "'", {}, 2);
  cursor_.skip_blanks(false);
  cursor_.advance(form.marker.size());
  trim_parts(found);
  if (form.flush) flush_parts(found);
  std::size_t at = 0;
  Expression made = sequence(found, at, 0);
  if (made.where.document == nullptr || made.kind == Kind::text) made.where = where;
  return made;
}

bool ExpressionParser::template_ends(Mode mode, const Heredoc& heredoc, bool line_begins) {
  if (cursor_.at_end()) return true;
  if (mode == Mode::quoted) return cursor_.peek() == '"';
  if (mode == Mode::bare || !line_begins) return false;
  std::string_view line = cursor_.rest();
  line = line.substr(0, line.find('\n'));
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return false;
  line = line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
  return line == heredoc.marker;
}

std::vector<TemplatePart> ExpressionParser::parts(Mode mode, const Heredoc& heredoc) {
  const Nesting nesting(*this);
  std::vector<TemplatePart> found;
  while (true) {
    const bool line_begins = found.empty() || (found.back().kind == PartKind::literal &&
                                               found.back().text.ends_with('\n'));
    if (template_ends(mode, heredoc, line_begins)) return found;
    if (found.size() >= kMaxParts) cursor_.fail("a template has more than 100000 parts");
    TemplatePart part;
    part.where = cursor_.here();
    if (cursor_.take("${")) {
      interpolation(part);
      found.push_back(std::move(part));
    } else if (cursor_.take("%{")) {
      directive(part);
      found.push_back(std::move(part));
    } else {
      literal_part(mode, found);
    }
  }
}

// Up to the next template, the end or, in a heredoc, the end of the line.
void ExpressionParser::literal_part(Mode mode, std::vector<TemplatePart>& parts) {
  TemplatePart part;
  part.where = cursor_.here();
  while (!cursor_.at_end() && !cursor_.starts_with("${") && !cursor_.starts_with("%{")) {
    const char c = cursor_.peek();
    if (mode == Mode::quoted && c == '"') break;
    if (mode == Mode::quoted && c == '\n') {
      cursor_.fail("a string ends with its line", "write \\n, or use a heredoc (<<EOT)");
    }
    if (cursor_.starts_with("$${") || cursor_.starts_with("%%{")) {
      part.text += c;
      part.text += '{';
      cursor_.advance(3);
    } else if (mode == Mode::quoted && c == '\\') {
      escape(part.text);
    } else {
      part.text += c;
      cursor_.advance();
      if (mode == Mode::heredoc && c == '\n') break;
    }
  }
  parts.push_back(std::move(part));
}

void ExpressionParser::escape(std::string& out) {
  constexpr std::string_view kNames = "nrt\"\\";
  constexpr std::string_view kValues = "\n\r\t\"\\";
  const Position where = cursor_.here();
  cursor_.advance();
  const char c = cursor_.peek();
  const std::size_t known = c == '\0' ? std::string_view::npos : kNames.find(c);
  cursor_.advance();
  if (known != std::string_view::npos) {
    out += kValues[known];
    return;
  }
  if (c != 'u' && c != 'U') fail_at(where, "an unknown escape in a string", {}, 2);
  char32_t code = 0;
  for (int i = 0; i < (c == 'u' ? 4 : 8); ++i, cursor_.advance()) {
    const char digit = cursor_.peek();
    const char lower = static_cast<char>(digit | 0x20);
    const bool decimal = digit >= '0' && digit <= '9';
    if (!decimal && !(lower >= 'a' && lower <= 'f'))
      fail_at(where, "expected hexadecimal digits after \\" + std::string(1, c), {}, 2);
    code = (code << 4U) + static_cast<char32_t>(decimal ? digit - '0' : lower - 'a' + 10);
  }
  base::append_utf8(out, code);
}

void ExpressionParser::end_marker(TemplatePart& part) {
  skip();
  part.trim_after = cursor_.take("~");
  if (!cursor_.take("}")) {
    if (cursor_.at_end()) {
      fail_at(
          part.where,
          "'" + std::string(part.kind == PartKind::interpolation ? "$" : "%") + "{' without '}'",
          part.kind == PartKind::interpolation ? "write $${ for a plain ${"
                                               : "write %%{ for a plain %{",
          2);
    }
    cursor_.fail("expected '}' at the end of a template");
  }
}

void ExpressionParser::interpolation(TemplatePart& part) {
  part.kind = PartKind::interpolation;
  part.trim_before = cursor_.take("~");
  const Lines lines(*this, true);
  skip();
  if (cursor_.at_end()) end_marker(part);
  part.expression = expression();
  end_marker(part);
}

void ExpressionParser::directive(TemplatePart& part) {
  part.kind = PartKind::if_;
  part.trim_before = cursor_.take("~");
  const Lines lines(*this, true);
  skip();
  const Position where = cursor_.here();
  if (at_word("for")) {
    part.kind = PartKind::for_;
    Expression names;
    for_names(names);
    part.name = std::move(names.name);
    part.key_name = std::move(names.key_name);
    part.expression = expression();
  } else {
    const std::string word = cursor_.name();
    if (word == "if") part.expression = expression();
    if (word == "else") part.kind = PartKind::else_;
    if (word == "endif") part.kind = PartKind::endif;
    if (word == "endfor") part.kind = PartKind::endfor;
    if (part.kind == PartKind::if_ && word != "if") {
      fail_at(where, "unknown directive '" + word + "' after '%{'",
              "known are if, else, endif, for and endfor; write %%{ for a plain %{",
              std::max<std::size_t>(word.size(), 1));
    }
  }
  end_marker(part);
}

}  // namespace cooper::hcl
