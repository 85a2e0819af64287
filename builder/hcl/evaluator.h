// Expressions -> values. What names mean comes from a Names, so that files may define them in any
// order; time and chance come in as Facts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "builder/hcl/expression.h"

namespace cooper::hcl {

// What an evaluation may know of the world.
struct Facts {
  std::int64_t now = 0;  // seconds since 1970: timestamp()
  std::string home;      // homedir()
  std::string chance;    // at least 16 random bytes: uuidv4()
};

// A "function" block.
struct UserFunction {
  std::vector<std::string> parameters;
  std::string variadic;  // "" for none
  const Expression* result = nullptr;
};

// What was done so far, over all evaluations of one run; throws base::Error(limit) when it is too
// much.
class Work {
 public:
  void charge(std::size_t amount, const Position& where);
  [[nodiscard]] std::size_t next_chance() { return chances_++; }  // counts calls of uuidv4()

 private:
  std::size_t done_ = 0;
  std::size_t chances_ = 0;
};

class Names {
 public:
  virtual ~Names() = default;
  // Throws base::Error at `at` for an unknown name, one without a value and a loop.
  [[nodiscard]] virtual Node variable(const std::string& name, const Expression& at) = 0;
  // "target": `target.NAME.ATTRIBUTE` is looked up by block().
  [[nodiscard]] virtual bool is_block_type(std::string_view name) const = 0;
  // A whole block if `attribute` is empty.
  [[nodiscard]] virtual Node block(const std::string& type, const std::string& name,
                                   const std::string& attribute, const Expression& at) = 0;
  [[nodiscard]] virtual const UserFunction* find_function(const std::string& name) const = 0;
  [[nodiscard]] virtual std::vector<std::string> function_names() const = 0;
};

// Names of "for", of function parameters and of a matrix: the innermost goes first.
struct Scope {
  const Scope* outer = nullptr;
  std::string name;
  Node value;
};

class Evaluator {
 public:
  Evaluator(Names& names, Work& work, const Facts& facts)
      : names_(names), work_(work), facts_(facts) {}

  // Every value in the result has a place. Throws base::Error.
  [[nodiscard]] Node evaluate(const Expression& expression, const Scope* scope = nullptr);

 private:
  [[nodiscard]] Node compute(const Expression& expression, const Scope* scope);
  [[nodiscard]] Node variable(const Expression& expression, const Scope* scope);
  [[nodiscard]] Node text(const Expression& expression, const Scope* scope);
  [[nodiscard]] Node list(const Expression& expression, const Scope* scope);
  [[nodiscard]] Node object(const Expression& expression, const Scope* scope);
  [[nodiscard]] Node step(const Expression& expression, const Scope* scope);
  [[nodiscard]] Node of_block(const std::string& type, const std::string& name,
                              const std::string& attribute, const Expression& at);
  [[nodiscard]] bool is_block_root(const Expression& expression, const Scope* scope) const;
  [[nodiscard]] Node splat(const Expression& expression, const Scope* scope);
  [[nodiscard]] Node condition(const Expression& expression, const Scope* scope);
  [[nodiscard]] Node binary(const Expression& expression, const Scope* scope);
  [[nodiscard]] Node loop(const Expression& expression, const Scope* scope);
  [[nodiscard]] bool wanted(const Expression& loop, std::size_t at, const Scope* scope);
  [[nodiscard]] Node call(const Expression& expression, const Scope* scope);
  [[nodiscard]] Node first_that_works(const Expression& expression, const Scope* scope);
  [[nodiscard]] Node converted(const Expression& expression, const Scope* scope);
  [[nodiscard]] std::vector<Node> arguments(const Expression& expression, const Scope* scope);
  [[nodiscard]] Node call_user(const UserFunction& function, const Expression& expression,
                               std::vector<Node> arguments);
  [[nodiscard]] std::string key_of(const Expression& expression, const Scope* scope);

  Names& names_;
  Work& work_;
  const Facts& facts_;
  std::vector<std::string> open_functions_;
};

// Of operators, for both operands in the right kinds or converted to them. Throw base::Error at
// `at`.
[[nodiscard]] Node apply_unary(const Expression& at, const Node& operand);
[[nodiscard]] Node apply_binary(const Expression& at, const Node& left, const Node& right);

// value[key], value.key. Throws base::Error at `at`.
[[nodiscard]] Node element_of(const Node& value, const Node& key, const Expression& at);

// True for what try() and can() turn into "does not work": all but limits.
[[nodiscard]] bool is_recoverable(const base::Error& error);

}  // namespace cooper::hcl
