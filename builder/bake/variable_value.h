// Values of variables that come from the environment or --var: texts, read as the variable's type
// wants. A list, set or tuple is CSV, a map is CSV of KEY:VALUE; NAME_JSON has any type as JSON.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "builder/bake/bake_file.h"
#include "builder/bake/node.h"
#include "builder/hcl/type.h"

namespace cooper::bake {

struct GivenValue {
  std::string text;
  bool json = false;
};

// --var goes before the environment. `defined` tells whether NAME_JSON is a variable of its own.
[[nodiscard]] std::optional<GivenValue> given_value(
    const Surroundings& surroundings, const std::string& name, bool typed,
    const std::function<bool(const std::string&)>& defined);

// How the file defines the variable.
struct VariableForm {
  const hcl::Type* type = nullptr;  // null: none is written
  bool has_default = false;
  const Node* default_value = nullptr;
};

// Throws base::Error at `where`, the variable's place.
[[nodiscard]] Node from_given(const GivenValue& given, const std::string& name,
                              const VariableForm& form, const Position& where);

// As --list=variables shows it; nothing for null.
[[nodiscard]] std::optional<std::string> shown_value(const Node& value);

}  // namespace cooper::bake
