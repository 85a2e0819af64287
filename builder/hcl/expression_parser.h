// Expressions and templates of HCL's native syntax: text -> Expression. Rules: HCL native syntax
// specification; differences: a name with "::" is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/hcl/cursor.h"
#include "builder/hcl/expression.h"

namespace cooper::hcl {

struct TemplatePart;

// Every member throws base::Error(usage) at the place. Brackets and templates nest 64 deep at most.
class ExpressionParser {
 public:
  explicit ExpressionParser(Cursor& cursor) : cursor_(cursor) {}

  // Up to what cannot belong to it. Line ends end it, unless it is in brackets.
  [[nodiscard]] Expression expression();
  // All the rest of the text is one template (a string of JSON).
  [[nodiscard]] Expression whole_template();
  // All the rest of the text is one expression.
  [[nodiscard]] Expression whole_expression();
  // A text in quotes without templates: a label.
  [[nodiscard]] std::string plain_text();

 private:
  class Nesting;
  class Lines;
  enum class Mode { quoted, heredoc, bare };
  struct Heredoc {
    std::string marker;
    bool flush = false;
  };

  void skip() { cursor_.skip_blanks(ignore_lines_); }
  void expect(std::string_view word, const char* what);
  [[nodiscard]] bool at_word(std::string_view word) const;

  // operators
  [[nodiscard]] Expression binary(int least);
  [[nodiscard]] std::string_view next_operator(int& precedence) const;
  // terms
  [[nodiscard]] Expression with_traversals();
  [[nodiscard]] Expression traversed(Expression term);
  [[nodiscard]] bool traverse_once(Expression& term);
  [[nodiscard]] std::optional<Expression> bracketed_index();
  [[nodiscard]] Expression splat(Expression source, bool full, const Position& where);
  [[nodiscard]] Expression attribute_of(Expression source);
  [[nodiscard]] Expression term();
  [[nodiscard]] Expression number();
  [[nodiscard]] Expression named_term();
  [[nodiscard]] Expression call(std::string name, const Position& where);
  [[nodiscard]] Expression list();
  [[nodiscard]] Expression object();
  [[nodiscard]] Expression object_key();
  [[nodiscard]] Expression for_expression(const Position& where, bool object);
  void for_names(Expression& loop);
  // templates
  [[nodiscard]] Expression quoted();
  [[nodiscard]] Expression heredoc();
  [[nodiscard]] std::vector<TemplatePart> parts(Mode mode, const Heredoc& heredoc);
  [[nodiscard]] bool template_ends(Mode mode, const Heredoc& heredoc, bool line_begins);
  void literal_part(Mode mode, std::vector<TemplatePart>& parts);
  void escape(std::string& out);
  void interpolation(TemplatePart& part);
  void directive(TemplatePart& part);
  void end_marker(TemplatePart& part);
  [[nodiscard]] Expression sequence(std::vector<TemplatePart>& parts, std::size_t& at, int depth);
  [[nodiscard]] Expression nested(std::vector<TemplatePart>& parts, std::size_t& at, int depth);

  Cursor& cursor_;
  int depth_ = 0;
  bool ignore_lines_ = false;
};

// The expression in a text whose places are all `where`.
[[nodiscard]] Expression parse_template(std::string_view text, const Position& where);
[[nodiscard]] Expression parse_expression(std::string_view text, const Position& where);

}  // namespace cooper::hcl
