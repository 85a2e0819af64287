// Evaluated nodes -> plain values, with the conversions bake files rely on (numbers and booleans
// are texts too).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "builder/bake/node.h"

namespace cooper::bake {

// Each throws base::Error at the node's place, naming `what` ("tags of target 'app'").
[[nodiscard]] std::string to_text(const Node& node, const std::string& what);
[[nodiscard]] bool to_boolean(const Node& node, const std::string& what);
// A list of texts; one text stands for a list of one. Null members are dropped.
[[nodiscard]] std::vector<std::string> to_texts(const Node& node, const std::string& what);
// An object of texts; members that are null are left out.
[[nodiscard]] std::map<std::string, std::string> to_text_map(const Node& node,
                                                             const std::string& what);

// "true", "false" and the other spellings Go's ParseBool takes.
[[nodiscard]] std::optional<bool> parse_boolean(std::string_view text);

}  // namespace cooper::bake
