// Operators and indices on values.
#include <cmath>
#include <utility>

#include "base/suggest.h"
#include "builder/hcl/evaluator.h"
#include "builder/hcl/number.h"
#include "builder/hcl/type.h"

namespace cooper::hcl {
namespace {

long double number_of(const Expression& at, const Node& value) {
  const auto number = try_number(value);
  if (number) return *number;
  fail_at(at.where, "'" + at.name + "' needs numbers, not " + describe(value.kind), {}, at.length);
}

bool boolean_of(const Expression& at, const Node& value) {
  const auto boolean = try_boolean(value);
  if (boolean) return *boolean;
  fail_at(at.where, "'" + at.name + "' needs true or false, not " + describe(value.kind), {},
          at.length);
}

Node arithmetic(const Expression& at, long double left, long double right) {
  const std::string& symbol = at.name;
  if ((symbol == "/" || symbol == "%") && std::fabs(right) <= 0)
    fail_at(at.where, "division by zero", {}, at.length);
  long double result = 0;
  if (symbol == "+") result = left + right;
  if (symbol == "-") result = left - right;
  if (symbol == "*") result = left * right;
  if (symbol == "/") result = left / right;
  if (symbol == "%") result = std::fmod(left, right);
  if (!(std::fabs(result) <= kMaxNumber))
    fail_at(at.where, "the result is too large", "1e100 is the limit", at.length);
  return make_number(result);
}

Node item_of(const Node& list, const Node& key, const Expression& at) {
  if (list.set) fail_at(at.where, "a set has no indices", {}, at.length);
  const auto number = try_number(key);
  if (!number) {
    fail_at(at.where, "an index of a list must be a number, not " + describe(key.kind), {},
            at.length);
  }
  if (*number < 0 || *number >= static_cast<long double>(list.items.size()) ||
      std::floor(*number) < *number) {
    fail_at(at.where,
            "there is no index " + number_text(*number) + " in a list of " +
                std::to_string(list.items.size()),
            {}, at.length);
  }
  return list.items[static_cast<std::size_t>(*number)];
}

}  // namespace

Node apply_unary(const Expression& at, const Node& operand) {
  if (at.name == "!") return make_boolean(!boolean_of(at, operand));
  return make_number(-number_of(at, operand));
}

Node apply_binary(const Expression& at, const Node& left, const Node& right) {
  const std::string& symbol = at.name;
  if (symbol == "==") return make_boolean(equal(left, right));
  if (symbol == "!=") return make_boolean(!equal(left, right));
  if (symbol == "&&" || symbol == "||") {
    const bool first = boolean_of(at, left);
    const bool second = boolean_of(at, right);
    return make_boolean(symbol == "&&" ? first && second : first || second);
  }
  const long double first = number_of(at, left);
  const long double second = number_of(at, right);
  if (symbol == "<") return make_boolean(first < second);
  if (symbol == ">") return make_boolean(first > second);
  if (symbol == "<=") return make_boolean(first <= second);
  if (symbol == ">=") return make_boolean(first >= second);
  return arithmetic(at, first, second);
}

Node element_of(const Node& value, const Node& key, const Expression& at) {
  const bool attribute = at.kind == Expression::Kind::attribute;
  if (value.kind == Node::Kind::list && !attribute) return item_of(value, key, at);
  const auto name = try_text(key);
  if (value.kind != Node::Kind::object || !name) {
    const std::string what = attribute ? "attribute '" + *name + "'" : "index";
    fail_at(at.where, describe(value.kind) + " has no " + what, {}, at.length);
  }
  if (const Node* found = value.find(*name)) return *found;
  std::vector<std::string> names;
  for (const Member& member : value.members) names.push_back(member.key);
  fail_at(at.where, "there is no key '" + *name + "' in this object",
          base::did_you_mean(*name, names), at.length);
}

}  // namespace cooper::hcl
