// The functions that buildx gives to bake files (go-cty's and its own), without those that need
// secrets of their own (bcrypt, rsadecrypt), which are refused by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "builder/hcl/evaluator.h"

namespace cooper::hcl {

inline constexpr std::size_t kAnyCount = std::numeric_limits<std::size_t>::max();

// One call: its arguments with the conversions that functions rely on. All readers throw
// base::Error at the call, naming the function and the argument (from 1).
class Call {
 public:
  Call(const Expression& at, std::vector<Node> arguments, const Facts& facts, Work& work)
      : at_(at), arguments_(std::move(arguments)), facts_(facts), work_(work) {}

  [[nodiscard]] std::size_t count() const { return arguments_.size(); }
  [[nodiscard]] const Facts& facts() const { return facts_; }
  [[nodiscard]] const std::string& name() const { return at_.name; }
  [[nodiscard]] const std::vector<Node>& all() const { return arguments_; }

  [[nodiscard]] const Node& any(std::size_t at) const { return arguments_.at(at); }  // may be null
  [[nodiscard]] const Node& value(std::size_t at) const;                             // not null
  [[nodiscard]] std::string text(std::size_t at) const;
  [[nodiscard]] long double number(std::size_t at) const;
  [[nodiscard]] std::int64_t integer(std::size_t at) const;
  [[nodiscard]] bool boolean(std::size_t at) const;
  [[nodiscard]] const std::vector<Node>& list(std::size_t at) const;  // a list or a set
  [[nodiscard]] std::vector<std::string> texts(std::size_t at) const;
  [[nodiscard]] const std::vector<Member>& object(std::size_t at) const;

  void charge(std::size_t amount) { work_.charge(amount, at_.where); }
  [[nodiscard]] std::size_t next_chance() { return work_.next_chance(); }
  [[noreturn]] void fail(std::string cause) const;
  [[noreturn]] void refuse(std::string cause) const;  // unsupported

 private:
  const Expression& at_;
  std::vector<Node> arguments_;
  const Facts& facts_;
  Work& work_;
};

struct Function {
  std::size_t least = 0, most = 0;
  Node (*run)(Call&) = nullptr;
};

using FunctionTable = std::map<std::string, Function, std::less<>>;

[[nodiscard]] const Function* find_function(std::string_view name);
[[nodiscard]] std::vector<std::string> function_names();

// By what they work on.
[[nodiscard]] FunctionTable text_functions();
[[nodiscard]] FunctionTable pattern_functions();
[[nodiscard]] FunctionTable number_functions();
[[nodiscard]] FunctionTable logic_functions();
[[nodiscard]] FunctionTable list_functions();
[[nodiscard]] FunctionTable object_functions();
[[nodiscard]] FunctionTable set_functions();
[[nodiscard]] FunctionTable encoding_functions();
[[nodiscard]] FunctionTable hash_functions();
[[nodiscard]] FunctionTable time_functions();
[[nodiscard]] FunctionTable network_functions();

}  // namespace cooper::hcl
