// Lists, objects and "for" expressions.
#include <utility>

#include "builder/hcl/expression_parser.h"
#include "builder/hcl/parser_guards.h"

namespace cooper::hcl {
namespace {

using Kind = Expression::Kind;

}  // namespace

Expression ExpressionParser::list() {
  const Position where = cursor_.here();
  cursor_.advance();
  const Lines lines(*this, true);
  skip();
  if (at_word("for")) return for_expression(where, false);
  std::vector<Expression> items;
  while (true) {
    skip();
    if (cursor_.take("]")) break;
    items.push_back(expression());
    skip();
    if (cursor_.take(",")) continue;
    expect("]", "or ',' in a list");
    break;
  }
  return make_expression(Kind::list, where, std::move(items));
}

// A name is its own text; (expression) is evaluated, as a text and a number are.
Expression ExpressionParser::object_key() {
  const Position where = cursor_.here();
  if (!cursor_.at_name()) return binary(1);
  Cursor behind = cursor_;
  std::string name = behind.name();
  behind.skip_blanks(false);
  if (behind.peek() != '=' && behind.peek() != ':') {
    fail_at(where, "expected '=' or ':' after the key '" + name + "'",
            "write (expression) for a key that is not a plain name", name.size());
  }
  static_cast<void>(cursor_.name());
  Expression key = make_literal(make_text(name), where);
  key.length = name.size();
  return key;
}

Expression ExpressionParser::object() {
  const Position where = cursor_.here();
  cursor_.advance();
  const Lines lines(*this, true);
  skip();
  if (at_word("for")) return for_expression(where, true);
  std::vector<Expression> members;
  while (true) {
    skip();
    if (cursor_.take("}")) break;
    const Lines one_line(*this, false);
    members.push_back(object_key());
    skip();
    if (cursor_.starts_with("=>") || (!cursor_.take("=") && !cursor_.take(":")))
      cursor_.fail("expected '=' or ':' after a key");
    skip();
    members.push_back(expression());
    skip();
    if (cursor_.take(",") || cursor_.peek() == '\n' || cursor_.peek() == '}') continue;
    cursor_.fail("expected ',' or a new line or '}' in an object");
  }
  return make_expression(Kind::object, where, std::move(members));
}

// "for v in" or "for k, v in".
void ExpressionParser::for_names(Expression& loop) {
  if (cursor_.name() != "for") cursor_.fail("expected 'for'");
  skip();
  loop.name = cursor_.name();
  if (loop.name.empty()) cursor_.fail("expected a name after 'for'");
  skip();
  if (cursor_.take(",")) {
    skip();
    loop.key_name = std::move(loop.name);
    loop.name = cursor_.name();
    if (loop.name.empty()) cursor_.fail("expected a name after ','");
    skip();
  }
  if (!at_word("in")) cursor_.fail("expected 'in' after the names of 'for'");
  static_cast<void>(cursor_.name());
  skip();
}

Expression ExpressionParser::for_expression(const Position& where, bool object) {
  Expression names;
  for_names(names);
  std::vector<Expression> parts;
  parts.push_back(expression());
  expect(":", "after the collection of 'for'");
  parts.push_back(expression());
  skip();
  bool grouped = false;
  if (object) {
    expect("=>", "after the key of 'for'");
    parts.push_back(expression());
    skip();
    grouped = cursor_.take("...");
    skip();
  }
  if (at_word("if")) {
    static_cast<void>(cursor_.name());
    parts.push_back(expression());
  }
  expect(object ? "}" : "]", "at the end of 'for'");
  Expression loop =
      make_expression(object ? Kind::for_object : Kind::for_list, where, std::move(parts));
  loop.name = std::move(names.name);
  loop.key_name = std::move(names.key_name);
  loop.grouped = grouped;
  return loop;
}

}  // namespace cooper::hcl
