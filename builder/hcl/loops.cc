// "for" expressions.
#include <utility>

#include "builder/hcl/evaluator.h"
#include "builder/hcl/number.h"
#include "builder/hcl/type.h"

namespace cooper::hcl {
namespace {

using Kind = Expression::Kind;

// Keys and values of a collection, in order.
std::vector<std::pair<Node, Node>> pairs_of(Node collection, const Expression& at) {
  std::vector<std::pair<Node, Node>> pairs;
  if (collection.kind == Node::Kind::object) {
    for (Member& member : collection.members)
      pairs.emplace_back(make_text(member.key), std::move(member.value));
    return pairs;
  }
  if (collection.kind != Node::Kind::list) {
    fail_at(at.where, "'for' needs a list or an object, not " + describe(collection.kind), {},
            at.length);
  }
  for (Node& item : collection.items) {
    Node key = collection.set ? item : make_number(static_cast<long double>(pairs.size()));
    pairs.emplace_back(std::move(key), std::move(item));
  }
  return pairs;
}

std::string joined(const std::vector<Node>& items, const Expression& at) {
  std::string text;
  for (const Node& item : items) {
    const auto piece = try_text(item);
    if (!piece) fail_at(at.where, describe(item.kind) + " cannot be part of a text");
    text += *piece;
  }
  return text;
}

}  // namespace

// Whether the condition at parts[at], if there is one, holds.
bool Evaluator::wanted(const Expression& loop, std::size_t at, const Scope* scope) {
  if (loop.parts.size() <= at) return true;
  const Node asked = evaluate(loop.parts[at], scope);
  const auto answer = try_boolean(asked);
  if (answer) return *answer;
  fail_at(loop.parts[at].where, "a condition must be true or false, not " + describe(asked.kind),
          {}, loop.parts[at].length);
}

Node Evaluator::loop(const Expression& expression, const Scope* scope) {
  const bool object = expression.kind == Kind::for_object;
  const std::size_t value_at = object ? 2 : 1;
  std::vector<Node> items;
  std::map<std::string, Node> members;
  for (auto& [key, value] : pairs_of(evaluate(expression.parts[0], scope), expression.parts[0])) {
    const Scope outer{scope, expression.key_name, std::move(key)};
    const Scope inner{expression.key_name.empty() ? scope : &outer, expression.name,
                      std::move(value)};
    if (!wanted(expression, value_at + 1, &inner)) continue;
    if (!object) {
      items.push_back(evaluate(expression.parts[value_at], &inner));
      continue;
    }
    const std::string name = key_of(expression.parts[1], &inner);
    Node made = evaluate(expression.parts[value_at], &inner);
    const auto [found, is_new] = members.try_emplace(name);
    if (!is_new && !expression.grouped) {
      fail_at(expression.parts[1].where, "the key '" + name + "' is made twice",
              "'...' behind the value groups values of one key", expression.parts[1].length);
    }
    if (expression.grouped) {
      found->second.kind = Node::Kind::list;
      found->second.items.push_back(std::move(made));
    } else {
      found->second = std::move(made);
    }
  }
  if (object) return make_object(std::move(members));
  if (expression.kind == Kind::for_list) return make_list(std::move(items));
  return make_text(joined(items, expression));
}

}  // namespace cooper::hcl
