// What bake files define: variables, functions and attributes, looked up by name in any order, and
// target and group blocks that may name each other's attributes. Rules: docker buildx bake.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "builder/bake/bake_file.h"
#include "builder/bake/node.h"
#include "builder/hcl/body.h"
#include "builder/hcl/evaluator.h"
#include "builder/hcl/type.h"

namespace cooper::bake {

// A block under one of its names: a target with a matrix has several.
struct NamedBlock {
  std::string name;
  const hcl::Block* block = nullptr;
  std::deque<hcl::Scope> scopes;  // the names of the matrix; the last one is the innermost

  [[nodiscard]] const hcl::Scope* scope() const {
    return scopes.empty() ? nullptr : &scopes.back();
  }
};

class Definitions final : public hcl::Names {
 public:
  // `surroundings` outlive the object.
  explicit Definitions(const Surroundings& surroundings)
      : surroundings_(surroundings), evaluator_(*this, work_, surroundings.facts) {}

  // Later files go over earlier ones. `file` outlives the object. Throws base::Error for an unknown
  // kind of block and a wrong name.
  void add(const hcl::Body& file);

  // After all files: evaluates every variable, checks validations, then names the blocks. Throws
  // base::Error at the place.
  void resolve();

  [[nodiscard]] const std::deque<NamedBlock>& targets() const { return targets_; }
  [[nodiscard]] const std::deque<NamedBlock>& groups() const { return groups_; }
  // Targets with a matrix: the name that is written -> the names that are made.
  [[nodiscard]] const std::map<std::string, std::vector<std::string>>& renamed() const {
    return renamed_;
  }
  [[nodiscard]] std::vector<Variable> variables();

  // The block's attributes evaluated, without `matrix` and `name`.
  [[nodiscard]] Node evaluate(const NamedBlock& block);

  // hcl::Names
  [[nodiscard]] Node variable(const std::string& name, const hcl::Expression& at) override;
  [[nodiscard]] bool is_block_type(std::string_view name) const override;
  [[nodiscard]] Node block(const std::string& type, const std::string& name,
                           const std::string& attribute, const hcl::Expression& at) override;
  [[nodiscard]] const hcl::UserFunction* find_function(const std::string& name) const override;
  [[nodiscard]] std::vector<std::string> function_names() const override;

 private:
  struct VariableBlock {
    Position where;
    const hcl::Expression* value = nullptr;
    const hcl::Expression* type = nullptr;
    std::string description;
    std::vector<const hcl::Body*> validations;
  };

  void add_variable(const hcl::Block& block);
  void add_function(const hcl::Block& block);
  [[nodiscard]] Node resolve_variable(const std::string& name, const hcl::Expression& at);
  [[nodiscard]] hcl::Type type_of(const VariableBlock& block) const;
  [[nodiscard]] bool has_type(const std::string& name) const;
  void check_validations();
  void name_target(const hcl::Block& block);
  [[nodiscard]] std::vector<std::deque<hcl::Scope>> matrix_of(const hcl::Block& block);
  [[nodiscard]] Node attribute_of(const NamedBlock& block, const hcl::Attribute& attribute);

  const Surroundings& surroundings_;
  hcl::Work work_;
  hcl::Evaluator evaluator_;
  std::map<std::string, VariableBlock> variables_;
  std::map<std::string, const hcl::Expression*> attributes_;
  std::map<std::string, hcl::UserFunction> functions_;
  std::vector<const hcl::Block*> target_blocks_;
  std::deque<NamedBlock> targets_, groups_;
  std::map<std::string, std::vector<std::string>> renamed_;
  std::map<std::string, Node> done_;  // variables and attributes
  std::vector<std::string> open_;
  std::map<std::pair<const NamedBlock*, std::string>, Node> done_attributes_;
  std::set<std::pair<const NamedBlock*, std::string>> open_attributes_;
};

}  // namespace cooper::bake
