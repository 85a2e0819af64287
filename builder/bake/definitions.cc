#include "builder/bake/definitions.h"

#include <algorithm>
#include <utility>

#include "base/suggest.h"
#include "builder/bake/scalars.h"
#include "builder/bake/target_keys.h"
#include "builder/bake/variable_value.h"

namespace cooper::bake {
namespace {

constexpr std::size_t kMaxOpen = 64;

void check_name(const hcl::Label& label, const std::string& what) {
  if (is_target_name(label.text)) return;
  fail_at(label.where, "invalid name of a " + what + ": '" + label.text + "'",
          "a name has letters, digits, '-' and '_'", label.length);
}

[[noreturn]] void fail_key(const hcl::Attribute& attribute, const std::string& where,
                           const std::vector<std::string>& known) {
  fail_at(attribute.where, "unknown key '" + attribute.name + "' in " + where,
          base::did_you_mean(attribute.name, known), attribute.name.size());
}

std::string keyword(const hcl::Expression& expression) {
  std::string name = hcl::keyword_of(expression);
  if (name.empty()) fail_at(expression.where, "expected a name", {}, expression.length);
  return name;
}

}  // namespace

void Definitions::add(const hcl::Body& file) {
  for (const hcl::Attribute& attribute : file.attributes) {
    if (is_block_type(attribute.name)) {
      fail_at(attribute.where, "'" + attribute.name + "' is a block",
              "write " + attribute.name + " \"name\" { ... }", attribute.name.size());
    }
    attributes_[attribute.name] = &attribute.value;
  }
  for (const hcl::Block& block : file.blocks) {
    const std::vector<std::string> known{"variable", "function", "target", "group"};
    if (std::find(known.begin(), known.end(), block.type) == known.end()) {
      fail_at(block.where, "unknown block '" + block.type + "'",
              base::did_you_mean(block.type, known), block.type.size());
    }
    if (block.labels.size() != 1) {
      fail_at(block.where, "a " + block.type + " needs one name",
              "write " + block.type + " \"name\" { ... }", block.type.size());
    }
    check_name(block.labels[0], block.type);
    if (block.type == "variable") add_variable(block);
    if (block.type == "function") add_function(block);
    if (block.type == "target") target_blocks_.push_back(&block);
    if (block.type == "group") groups_.push_back({block.labels[0].text, &block, {}});
  }
}

void Definitions::add_variable(const hcl::Block& block) {
  const std::string& name = block.labels[0].text;
  VariableBlock read;
  read.where = block.labels[0].where;
  for (const hcl::Attribute& attribute : block.body.attributes) {
    if (attribute.name == "default") {
      read.value = &attribute.value;
    } else if (attribute.name == "type") {
      read.type = &attribute.value;
    } else if (attribute.name == "description") {
      read.description = to_text(evaluator_.evaluate(attribute.value), "'description'");
    } else if (attribute.name != "sensitive") {
      fail_key(attribute, "variable '" + name + "'",
               {"default", "type", "description", "validation", "sensitive"});
    }
  }
  for (const hcl::Block& inner : block.body.blocks) {
    if (inner.type != "validation") {
      fail_at(inner.where, "unknown block '" + inner.type + "' in variable '" + name + "'",
              base::did_you_mean(inner.type, {"validation"}), inner.type.size());
    }
    for (const hcl::Attribute& attribute : inner.body.attributes) {
      if (attribute.name != "condition" && attribute.name != "error_message")
        fail_key(attribute, "'validation'", {"condition", "error_message"});
    }
    if (inner.body.find("condition") == nullptr)
      fail_at(inner.where, "a validation needs a condition", {}, inner.type.size());
    read.validations.push_back(&inner.body);
  }
  variables_[name] = std::move(read);
}

void Definitions::add_function(const hcl::Block& block) {
  const std::string& name = block.labels[0].text;
  hcl::UserFunction function;
  bool has_parameters = false;
  for (const hcl::Attribute& attribute : block.body.attributes) {
    if (attribute.name == "params") {
      has_parameters = true;
      if (attribute.value.kind != hcl::Expression::Kind::list)
        fail_at(attribute.where, "'params' must be a list of names", {}, attribute.name.size());
      for (const hcl::Expression& item : attribute.value.parts)
        function.parameters.push_back(keyword(item));
    } else if (attribute.name == "variadic_params") {
      function.variadic = keyword(attribute.value);
    } else if (attribute.name == "result") {
      function.result = &attribute.value;
    } else {
      fail_key(attribute, "function '" + name + "'", {"params", "variadic_params", "result"});
    }
  }
  if (function.result == nullptr || !has_parameters) {
    fail_at(block.labels[0].where,
            "function '" + name + "' needs '" + (has_parameters ? "result" : "params") + "'", {},
            block.labels[0].length);
  }
  functions_[name] = std::move(function);
}

const hcl::UserFunction* Definitions::find_function(const std::string& name) const {
  const auto found = functions_.find(name);
  return found == functions_.end() ? nullptr : &found->second;
}

std::vector<std::string> Definitions::function_names() const {
  std::vector<std::string> names;
  for (const auto& entry : functions_) names.push_back(entry.first);
  return names;
}

Node Definitions::variable(const std::string& name, const hcl::Expression& at) {
  const auto done = done_.find(name);
  if (done != done_.end()) return done->second;
  const auto builtin = surroundings_.builtins.find(name);
  if (builtin != surroundings_.builtins.end()) return hcl::make_text(builtin->second);
  if (attributes_.count(name) == 0 && variables_.count(name) == 0) {
    std::vector<std::string> names;
    for (const auto& entry : variables_) names.push_back(entry.first);
    for (const auto& entry : attributes_) names.push_back(entry.first);
    fail_at(at.where, "there is no variable '" + name + "'", base::did_you_mean(name, names),
            at.length);
  }
  if (std::find(open_.begin(), open_.end(), name) != open_.end() || open_.size() >= kMaxOpen)
    fail_at(at.where, "the variable '" + name + "' refers to itself", {}, at.length);
  open_.push_back(name);
  try {
    Node value = resolve_variable(name, at);
    open_.pop_back();
    return done_.emplace(name, std::move(value)).first->second;
  } catch (...) {  // "try" may go on
    open_.pop_back();
    throw;
  }
}

hcl::Type Definitions::type_of(const VariableBlock& block) const {
  return block.type == nullptr ? hcl::Type{} : hcl::parse_type(*block.type);
}

Node Definitions::resolve_variable(const std::string& name, const hcl::Expression& at) {
  const auto attribute = attributes_.find(name);
  const auto found = variables_.find(name);
  if (found == variables_.end()) return evaluator_.evaluate(*attribute->second);
  const VariableBlock& block = found->second;
  const bool typed = block.type != nullptr && attribute == attributes_.end();
  const hcl::Type type = typed ? type_of(block) : hcl::Type{};
  const hcl::Expression* written = attribute != attributes_.end() ? attribute->second : block.value;
  Node value = typed ? Node{} : hcl::make_text({});
  if (written != nullptr) {
    value = evaluator_.evaluate(*written);
    std::string why;
    auto converted = hcl::try_convert(value, type, why);
    if (!converted) {
      fail_at(written->where, "the default of variable '" + name + "': " + why, {},
              written->length);
    }
    value = std::move(*converted);
  }
  const auto given = given_value(surroundings_, name, typed, [this](const std::string& other) {
    return variables_.count(other) != 0 || surroundings_.builtins.count(other) != 0;
  });
  if (given)
    value = from_given(*given, name, {typed ? &type : nullptr, written != nullptr, &value},
                       block.where);
  hcl::place(value, at.where);
  return value;
}

void Definitions::check_validations() {
  for (const auto& [name, block] : variables_) {
    for (const hcl::Body* rule : block.validations) {
      const hcl::Expression& condition = rule->find("condition")->value;
      const Node answer = evaluator_.evaluate(condition);
      const auto holds = hcl::try_boolean(answer);
      if (!holds) {
        fail_at(condition.where, "a condition must be true or false, not " + describe(answer.kind),
                {}, condition.length);
      }
      if (*holds) continue;
      const hcl::Attribute* message = rule->find("error_message");
      const std::string text =
          message == nullptr ? "the value is not valid"
                             : to_text(evaluator_.evaluate(message->value), "'error_message'");
      fail_at(condition.where, "variable '" + name + "': " + text, {}, condition.length);
    }
  }
}

void Definitions::resolve() {
  for (const auto& [name, block] : variables_) {
    hcl::Expression at;
    at.where = block.where;
    static_cast<void>(variable(name, at));
  }
  check_validations();
  for (const hcl::Block* block : target_blocks_) name_target(*block);
}

std::vector<Variable> Definitions::variables() {
  std::vector<Variable> listed;
  for (const auto& [name, block] : variables_) {
    hcl::Expression at;
    at.where = block.where;
    const Node value = variable(name, at);
    listed.push_back({name, block.type == nullptr ? "" : hcl::name_of(type_of(block)),
                      shown_value(value), block.description});
  }
  return listed;
}

}  // namespace cooper::bake
