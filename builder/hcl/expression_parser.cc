// Operators, conditions and the entry points.
#include "builder/hcl/expression_parser.h"

#include <array>
#include <utility>

#include "builder/hcl/parser_guards.h"

namespace cooper::hcl {
namespace {

struct Operator {
  std::string_view text;
  int precedence;
};

// Longer ones first.
constexpr std::array<Operator, 13> kOperators{{{"||", 1},
                                               {"&&", 2},
                                               {"==", 3},
                                               {"!=", 3},
                                               {"<=", 4},
                                               {">=", 4},
                                               {"<", 4},
                                               {">", 4},
                                               {"+", 5},
                                               {"-", 5},
                                               {"*", 6},
                                               {"/", 6},
                                               {"%", 6}}};

}  // namespace

void ExpressionParser::expect(std::string_view word, const char* what) {
  skip();
  if (!cursor_.take(word)) cursor_.fail("expected '" + std::string(word) + "' " + what);
}

bool ExpressionParser::at_word(std::string_view word) const {
  if (!cursor_.starts_with(word)) return false;
  Cursor copy = cursor_;
  return copy.name() == word;
}

Expression ExpressionParser::expression() {
  const Nesting nesting(*this);
  skip();
  Expression condition = binary(1);
  skip();
  if (cursor_.peek() != '?') return condition;
  const Position where = cursor_.here();
  cursor_.advance();
  std::vector<Expression> parts;
  parts.push_back(std::move(condition));
  parts.push_back(expression());
  expect(":", "between the two results of '?'");
  parts.push_back(expression());
  return make_expression(Expression::Kind::condition, where, std::move(parts), "?");
}

std::string_view ExpressionParser::next_operator(int& precedence) const {
  for (const Operator& known : kOperators) {
    if (!cursor_.starts_with(known.text)) continue;
    precedence = known.precedence;
    return known.text;
  }
  precedence = 0;
  return {};
}

Expression ExpressionParser::binary(int least) {
  Expression left = with_traversals();
  while (true) {
    skip();
    int precedence = 0;
    const std::string_view symbol = next_operator(precedence);
    // "%{" begins a directive only inside a text, where no operator can stand before it.
    if (precedence < least) return left;
    const Position where = cursor_.here();
    cursor_.advance(symbol.size());
    skip();
    std::vector<Expression> parts;
    parts.push_back(std::move(left));
    parts.push_back(binary(precedence + 1));
    left = make_expression(Expression::Kind::binary, where, std::move(parts), std::string(symbol));
  }
}

Expression ExpressionParser::whole_expression() {
  const Lines lines(*this, true);
  Expression read = expression();
  skip();
  if (!cursor_.at_end()) cursor_.fail("text after the end of the expression");
  return read;
}

Expression parse_template(std::string_view text, const Position& where) {
  Cursor cursor(text, where, true);
  return ExpressionParser(cursor).whole_template();
}

Expression parse_expression(std::string_view text, const Position& where) {
  Cursor cursor(text, where, true);
  return ExpressionParser(cursor).whole_expression();
}

}  // namespace cooper::hcl
