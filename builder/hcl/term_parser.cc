// Terms and what may follow them: ".name", "[index]", splats.
#include <utility>

#include "builder/hcl/expression_parser.h"
#include "builder/hcl/number.h"
#include "builder/hcl/parser_guards.h"

namespace cooper::hcl {
namespace {

using Kind = Expression::Kind;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::vector<Expression> pair_of(Expression first, Expression second) {
  std::vector<Expression> parts;
  parts.push_back(std::move(first));
  parts.push_back(std::move(second));
  return parts;
}

std::vector<Expression> one(Expression only) {
  std::vector<Expression> parts;
  parts.push_back(std::move(only));
  return parts;
}

}  // namespace

Expression ExpressionParser::with_traversals() { return traversed(term()); }

Expression ExpressionParser::traversed(Expression term) {
  while (traverse_once(term)) {
  }
  return term;
}

// ".name" or ".0", behind the dot.
Expression ExpressionParser::attribute_of(Expression source) {
  skip();
  const Position where = cursor_.here();
  if (is_digit(cursor_.peek())) {
    std::string digits;
    while (is_digit(cursor_.peek())) {
      digits += cursor_.peek();
      cursor_.advance();
    }
    const auto index = parse_number(digits);
    if (!index) fail_at(where, "the index is too large", {}, digits.size());
    return make_expression(Kind::index, where,
                           pair_of(std::move(source), make_literal(make_number(*index), where)));
  }
  std::string name = cursor_.name();
  if (name.empty()) cursor_.fail("expected a name after '.'");
  return make_expression(Kind::attribute, where, one(std::move(source)), std::move(name));
}

Expression ExpressionParser::splat(Expression source, bool full, const Position& where) {
  Expression each = make_expression(Kind::splat_item, where, {});
  while (true) {
    skip();
    const bool attribute =
        cursor_.peek() == '.' && cursor_.peek(1) != '.' && (full || cursor_.peek(1) != '*');
    if (!attribute && !(full && cursor_.peek() == '[')) break;
    if (attribute && !full) {
      cursor_.advance();
      each = attribute_of(std::move(each));
    } else if (!traverse_once(each)) {
      break;
    }
  }
  return make_expression(Kind::splat, where, pair_of(std::move(source), std::move(each)));
}

bool ExpressionParser::traverse_once(Expression& term) {
  skip();
  const Position where = cursor_.here();
  if (cursor_.peek() == '.' && cursor_.peek(1) != '.') {
    cursor_.advance();
    skip();
    if (cursor_.take("*")) {
      const Nesting nesting(*this);
      term = splat(std::move(term), false, where);
    } else {
      term = attribute_of(std::move(term));
    }
    return true;
  }
  if (cursor_.peek() != '[') return false;
  const Nesting nesting(*this);
  cursor_.advance();
  const auto index = bracketed_index();
  term = index ? make_expression(Kind::index, where, pair_of(std::move(term), *index))
               : splat(std::move(term), true, where);
  return true;
}

// Nothing for "*".
std::optional<Expression> ExpressionParser::bracketed_index() {
  const Lines lines(*this, true);
  skip();
  std::optional<Expression> index;
  if (!cursor_.take("*")) index = expression();
  expect("]", "after an index");
  return index;
}

Expression ExpressionParser::number() {
  const Position where = cursor_.here();
  std::string text;
  const auto digits = [this, &text] {
    for (; is_digit(cursor_.peek()); cursor_.advance()) text += cursor_.peek();
  };
  digits();
  if (cursor_.peek() == '.' && is_digit(cursor_.peek(1))) {
    text += '.';
    cursor_.advance();
    digits();
  }
  const bool is_signed = cursor_.peek(1) == '+' || cursor_.peek(1) == '-';
  if ((cursor_.peek() == 'e' || cursor_.peek() == 'E') &&
      is_digit(cursor_.peek(is_signed ? 2 : 1))) {
    for (int i = is_signed ? 2 : 1; i > 0; --i, cursor_.advance()) text += cursor_.peek();
    digits();
  }
  const auto number = parse_number(text);
  if (!number) fail_at(where, "the number is too large", "1e100 is the limit", text.size());
  Expression literal = make_literal(make_number(*number), where);
  literal.length = text.size();
  return literal;
}

Expression ExpressionParser::term() {
  const Nesting nesting(*this);
  const Position where = cursor_.here();
  const char c = cursor_.peek();
  if (is_digit(c)) return number();
  if (c == '"') return quoted();
  if (cursor_.starts_with("<<")) return heredoc();
  if (c == '[') return list();
  if (c == '{') return object();
  if (c == '(') {
    cursor_.advance();
    const Lines lines(*this, true);
    Expression inner = expression();
    expect(")", "after the expression");
    return inner;
  }
  if (c == '-' || c == '!') {
    cursor_.advance();
    skip();
    return make_expression(Kind::unary, where, one(with_traversals()), std::string(1, c));
  }
  if (cursor_.at_name()) return named_term();
  if (cursor_.at_end()) cursor_.fail("expected a value, but the text ends here");
  cursor_.fail("expected a value");
}

Expression ExpressionParser::named_term() {
  const Position where = cursor_.here();
  std::string name = cursor_.name();
  if (cursor_.starts_with("::")) {
    fail_at(where, "functions in namespaces are not supported", {}, name.size() + 2,
            base::ErrorKind::unsupported);
  }
  Cursor behind = cursor_;
  behind.skip_blanks(ignore_lines_);
  if (behind.peek() == '(') return call(std::move(name), where);
  if (name == "true" || name == "false") return make_literal(make_boolean(name == "true"), where);
  if (name == "null") return make_literal({}, where);
  return make_expression(Kind::variable, where, {}, std::move(name));
}

Expression ExpressionParser::call(std::string name, const Position& where) {
  skip();
  cursor_.advance();
  const Lines lines(*this, true);
  std::vector<Expression> arguments;
  bool spread = false;
  while (true) {
    skip();
    if (cursor_.take(")")) break;
    arguments.push_back(expression());
    skip();
    spread = cursor_.take("...");
    skip();
    if (!spread && cursor_.take(",")) continue;
    expect(")", "after the arguments of a function");
    break;
  }
  Expression made = make_expression(Kind::call, where, std::move(arguments), std::move(name));
  made.grouped = spread;
  return made;
}

}  // namespace cooper::hcl
