// Calls of functions: those of buildx, try(), can() and convert(), and those of the file.
#include <algorithm>
#include <deque>
#include <utility>

#include "base/suggest.h"
#include "builder/hcl/evaluator.h"
#include "builder/hcl/functions.h"
#include "builder/hcl/type.h"

namespace cooper::hcl {
namespace {

constexpr std::size_t kMaxOpenFunctions = 32;

std::string count_text(std::size_t least, std::size_t most) {
  if (most == kAnyCount) return "at least " + std::to_string(least);
  if (least == most) return std::to_string(least);
  return std::to_string(least) + " to " + std::to_string(most);
}

void check_count(const Expression& at, std::size_t count, std::size_t least, std::size_t most) {
  if (count >= least && (most == kAnyCount || count <= most)) return;
  fail_at(at.where,
          at.name + "() takes " + count_text(least, most) + " argument" + (most == 1 ? "" : "s") +
              ", not " + std::to_string(count),
          {}, at.length);
}

}  // namespace

std::vector<Node> Evaluator::arguments(const Expression& expression, const Scope* scope) {
  std::vector<Node> values;
  for (const Expression& part : expression.parts) values.push_back(evaluate(part, scope));
  if (!expression.grouped || values.empty()) return values;
  Node last = std::move(values.back());
  values.pop_back();
  if (last.kind != Node::Kind::list) {
    fail_at(expression.parts.back().where, "'...' needs a list, not " + describe(last.kind), {},
            expression.parts.back().length);
  }
  for (Node& item : last.items) values.push_back(std::move(item));
  return values;
}

Node Evaluator::first_that_works(const Expression& expression, const Scope* scope) {
  const bool asks = expression.name == "can";
  check_count(expression, expression.parts.size(), 1, asks ? 1 : kAnyCount);
  std::string cause;
  for (const Expression& part : expression.parts) {
    try {
      Node value = evaluate(part, scope);
      return asks ? make_boolean(true) : value;
    } catch (const base::Error& error) {
      if (!is_recoverable(error)) throw;
      if (cause.empty()) cause = error.cause();
    }
  }
  if (asks) return make_boolean(false);
  fail_at(expression.where, "no argument of try() works: " + cause, {}, expression.length);
}

Node Evaluator::converted(const Expression& expression, const Scope* scope) {
  check_count(expression, expression.parts.size(), 2, 2);
  const Node value = evaluate(expression.parts[0], scope);
  const Type type = parse_type(expression.parts[1]);
  std::string why;
  auto made = try_convert(value, type, why);
  if (made) return std::move(*made);
  fail_at(expression.where, "convert() does not work: " + why, {}, expression.length);
}

Node Evaluator::call_user(const UserFunction& function, const Expression& expression,
                          std::vector<Node> arguments) {
  const std::size_t least = function.parameters.size();
  check_count(expression, arguments.size(), least, function.variadic.empty() ? least : kAnyCount);
  const bool open = std::find(open_functions_.begin(), open_functions_.end(), expression.name) !=
                    open_functions_.end();
  if (open || open_functions_.size() >= kMaxOpenFunctions) {
    fail_at(expression.where, "the function '" + expression.name + "' calls itself", {},
            expression.length);
  }
  std::deque<Scope> scopes;
  const auto bind = [&scopes](const std::string& name, Node value) {
    const Scope* outer = scopes.empty() ? nullptr : &scopes.back();
    scopes.push_back({outer, name, std::move(value)});
  };
  for (std::size_t at = 0; at < least; ++at)
    bind(function.parameters[at], std::move(arguments[at]));
  if (!function.variadic.empty()) {
    arguments.erase(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(least));
    bind(function.variadic, make_list(std::move(arguments)));
  }
  open_functions_.push_back(expression.name);
  try {
    Node result = evaluate(*function.result, scopes.empty() ? nullptr : &scopes.back());
    open_functions_.pop_back();
    return result;
  } catch (...) {
    open_functions_.pop_back();
    throw;
  }
}

Node Evaluator::call(const Expression& expression, const Scope* scope) {
  const std::string& name = expression.name;
  if (name == "try" || name == "can") return first_that_works(expression, scope);
  if (name == "convert") return converted(expression, scope);
  const Function* known = find_function(name);
  const UserFunction* own = known == nullptr ? names_.find_function(name) : nullptr;
  if (known == nullptr && own == nullptr) {
    std::vector<std::string> names = names_.function_names();
    for (const std::string& each : function_names()) names.push_back(each);
    fail_at(expression.where, "there is no function '" + name + "'",
            base::did_you_mean(name, names), expression.length);
  }
  std::vector<Node> values = arguments(expression, scope);
  if (own != nullptr) return call_user(*own, expression, std::move(values));
  check_count(expression, values.size(), known->least, known->most);
  Call made(expression, std::move(values), facts_, work_);
  Node result = known->run(made);
  work_.charge(weight(result), expression.where);
  return result;
}

}  // namespace cooper::hcl
