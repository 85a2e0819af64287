#include "builder/hcl/evaluator.h"

#include <algorithm>
#include <utility>

#include "builder/hcl/type.h"

namespace cooper::hcl {
namespace {

using Kind = Expression::Kind;

constexpr std::size_t kMaxWork = 1'000'000;
constexpr const char* kItem = "*";  // no name of a file: the item of a splat

const Scope* find_in(const Scope* scope, std::string_view name) {
  while (scope != nullptr && scope->name != name) scope = scope->outer;
  return scope;
}

// ".name" or "[\"name\"]".
bool is_named_step(const Expression& expression) {
  return expression.kind == Kind::attribute ||
         (expression.kind == Kind::index && expression.parts[1].kind == Kind::literal &&
          expression.parts[1].value.kind == Node::Kind::string);
}

const std::string& step_name(const Expression& expression) {
  return expression.kind == Kind::attribute ? expression.name : expression.parts[1].value.text;
}

}  // namespace

void Work::charge(std::size_t amount, const Position& where) {
  done_ += amount;
  if (done_ <= kMaxWork) return;
  fail_at(where, "the expressions of the bake files make too much: more than 1000000 values", {}, 1,
          base::ErrorKind::limit);
}

bool is_recoverable(const base::Error& error) { return error.kind() != base::ErrorKind::limit; }

Node Evaluator::evaluate(const Expression& expression, const Scope* scope) {
  work_.charge(1, expression.where);
  Node node = compute(expression, scope);
  place(node, expression.where);
  return node;
}

Node Evaluator::compute(const Expression& expression, const Scope* scope) {
  switch (expression.kind) {
    case Kind::literal:
      work_.charge(expression.value.text.size() / 64, expression.where);
      return expression.value;
    case Kind::text: return text(expression, scope);
    case Kind::list: return list(expression, scope);
    case Kind::object: return object(expression, scope);
    case Kind::variable: return variable(expression, scope);
    case Kind::attribute:
    case Kind::index: return step(expression, scope);
    case Kind::splat: return splat(expression, scope);
    case Kind::splat_item: return find_in(scope, kItem)->value;
    case Kind::unary: return apply_unary(expression, evaluate(expression.parts[0], scope));
    case Kind::binary: return binary(expression, scope);
    case Kind::condition: return condition(expression, scope);
    case Kind::call: return call(expression, scope);
    case Kind::for_list:
    case Kind::for_object:
    case Kind::for_text: return loop(expression, scope);
  }
  return {};
}

Node Evaluator::variable(const Expression& expression, const Scope* scope) {
  const Scope* found = find_in(scope, expression.name);
  if (found == nullptr && names_.is_block_type(expression.name)) {
    fail_at(expression.where, "'" + expression.name + "' cannot be used without a name",
            "write " + expression.name + ".NAME.ATTRIBUTE", expression.length);
  }
  Node value = found != nullptr ? found->value : names_.variable(expression.name, expression);
  work_.charge(weight(value), expression.where);
  value.where = expression.where;
  return value;
}

Node Evaluator::text(const Expression& expression, const Scope* scope) {
  std::string joined;
  for (const Expression& part : expression.parts) {
    const Node value = evaluate(part, scope);
    const auto piece = try_text(value);
    if (!piece) {
      const std::string what = part.name.empty() ? "this" : "'" + part.name + "'";
      fail_at(part.where, what + " is " + describe(value.kind) + " and cannot be part of a text",
              value.kind == Node::Kind::null ? "give it a value" : "jsonencode() makes a text",
              part.length);
    }
    work_.charge(1 + piece->size() / 64, part.where);
    joined += *piece;
  }
  return make_text(std::move(joined));
}

Node Evaluator::list(const Expression& expression, const Scope* scope) {
  std::vector<Node> items;
  for (const Expression& part : expression.parts) items.push_back(evaluate(part, scope));
  return make_list(std::move(items));
}

std::string Evaluator::key_of(const Expression& expression, const Scope* scope) {
  const Node key = evaluate(expression, scope);
  auto text = try_text(key);
  if (text) return std::move(*text);
  fail_at(expression.where, "a key must be a text, not " + describe(key.kind), {},
          expression.length);
}

Node Evaluator::object(const Expression& expression, const Scope* scope) {
  std::map<std::string, Node> members;
  for (std::size_t at = 0; at + 1 < expression.parts.size(); at += 2) {
    std::string key = key_of(expression.parts[at], scope);
    members[std::move(key)] = evaluate(expression.parts[at + 1], scope);
  }
  return make_object(std::move(members));
}

bool Evaluator::is_block_root(const Expression& expression, const Scope* scope) const {
  return expression.kind == Kind::variable && find_in(scope, expression.name) == nullptr &&
         names_.is_block_type(expression.name);
}

Node Evaluator::step(const Expression& expression, const Scope* scope) {
  const Expression& source = expression.parts[0];
  if (is_named_step(expression)) {
    if (is_block_root(source, scope))
      return of_block(source.name, step_name(expression), {}, expression);
    if (is_named_step(source) && is_block_root(source.parts[0], scope)) {
      return of_block(source.parts[0].name, step_name(source), step_name(expression), expression);
    }
  }
  const Node value = evaluate(source, scope);
  const Node key = expression.kind == Kind::attribute ? make_text(expression.name)
                                                      : evaluate(expression.parts[1], scope);
  return element_of(value, key, expression);
}

Node Evaluator::of_block(const std::string& type, const std::string& name,
                         const std::string& attribute, const Expression& at) {
  Node value = names_.block(type, name, attribute, at);
  work_.charge(weight(value), at.where);
  return value;
}

Node Evaluator::splat(const Expression& expression, const Scope* scope) {
  Node source = evaluate(expression.parts[0], scope);
  if (source.kind == Node::Kind::null) return make_list({});
  if (source.kind != Node::Kind::list) source = make_list({source});
  Scope inner{scope, kItem, {}};
  std::vector<Node> items;
  for (Node& item : source.items) {
    inner.value = std::move(item);
    items.push_back(evaluate(expression.parts[1], &inner));
  }
  return make_list(std::move(items));
}

Node Evaluator::condition(const Expression& expression, const Scope* scope) {
  const Node asked = evaluate(expression.parts[0], scope);
  const auto answer = try_boolean(asked);
  if (!answer) {
    fail_at(expression.parts[0].where,
            "a condition must be true or false, not " + describe(asked.kind), {},
            expression.parts[0].length);
  }
  Node chosen = evaluate(expression.parts[*answer ? 1 : 2], scope);
  Node other;
  try {
    other = evaluate(expression.parts[*answer ? 2 : 1], scope);
  } catch (const base::Error& error) {
    if (!is_recoverable(error)) throw;
    return chosen;
  }
  if (unify(chosen, other)) return chosen;
  fail_at(expression.where, "the two results must be of one type, not " + describe(chosen.kind) +
                                " and " + describe(other.kind));
}

Node Evaluator::binary(const Expression& expression, const Scope* scope) {
  const Node left = evaluate(expression.parts[0], scope);
  const auto known = try_boolean(left);
  if (expression.name == "&&" && known == false) return make_boolean(false);
  if (expression.name == "||" && known == true) return make_boolean(true);
  return apply_binary(expression, left, evaluate(expression.parts[1], scope));
}

}  // namespace cooper::hcl
