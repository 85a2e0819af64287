#include "builder/hcl/expression.h"

#include <algorithm>
#include <utility>

namespace cooper::hcl {
namespace {

constexpr std::size_t kMaxHeight = 200;

}  // namespace

Expression make_literal(Node value, const Position& where) {
  Expression expression;
  expression.where = where;
  expression.value = std::move(value);
  expression.value.where = where;
  return expression;
}

Expression make_expression(Expression::Kind kind, const Position& where,
                           std::vector<Expression> parts, std::string name) {
  Expression expression;
  expression.kind = kind;
  expression.where = where;
  for (const Expression& part : parts)
    expression.height = std::max(expression.height, part.height + 1);
  if (expression.height > kMaxHeight) {
    fail_at(where, "an expression is nested deeper than 200 levels", {}, 1, base::ErrorKind::limit);
  }
  if (!name.empty()) expression.length = name.size();
  expression.name = std::move(name);
  expression.parts = std::move(parts);
  return expression;
}

std::string keyword_of(const Expression& expression) {
  if (expression.kind == Expression::Kind::variable) return expression.name;
  if (expression.kind == Expression::Kind::literal && expression.value.kind == Node::Kind::string)
    return expression.value.text;
  return {};
}

}  // namespace cooper::hcl
