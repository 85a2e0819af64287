// Variables of bake files and the templates that name them: "${NAME}", "$${" for a plain "${".
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "builder/bake/bake_file.h"
#include "builder/bake/node.h"

namespace cooper::bake {

class Variables {
 public:
  explicit Variables(const Environment& environment) : environment_(environment) {}

  // A "variable" block: its default may be absent (kind null) and may name other variables; the
  // environment goes first. A later definition of a name replaces the earlier one.
  void define(const std::string& name, const Node& default_value);
  // A top-level attribute: a value that the environment does not change.
  void define_constant(const std::string& name, const Node& value);

  // The node with all templates in it replaced. A string that is only "${NAME}" becomes the
  // variable's value whatever its kind. Throws base::Error at the string's place: unknown variable,
  // one without a value, a loop, and (unsupported) any expression that is more than a name.
  [[nodiscard]] Node evaluate(const Node& node) const;

 private:
  struct Variable {
    Node value;
    bool constant = false;
  };
  // One evaluation: the variables being looked up, and how much was produced so far (which is
  // limited).
  struct Walk {
    std::vector<std::string> open;
    std::size_t produced = 0;
  };
  [[nodiscard]] Node evaluate(const Node& node, Walk& walk) const;
  [[nodiscard]] Node evaluate_text(const std::string& text, const Position& where,
                                   Walk& walk) const;
  [[nodiscard]] Node look_up(const std::string& name, const Position& where, Walk& walk) const;

  const Environment& environment_;
  std::map<std::string, Variable> variables_;
};

}  // namespace cooper::bake
