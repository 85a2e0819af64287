// The forms that compose files allow for the same thing: a mapping or a list of NAME=value, one
// text or a list, sizes with units.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "builder/bake/node.h"

namespace cooper::bake {

// A mapping of `key` ("args") however it is written; a list item without '=' has no value (null),
// or for labels an empty one.
[[nodiscard]] Node pairs_node(const Node& node, const std::string& key);

// A build section: a text alone is its context.
[[nodiscard]] Node build_node(const Node& node);

// Texts of a list, or of a text with blanks between them.
[[nodiscard]] std::vector<std::string> words_of(const Node& node, const std::string& what);

// "128m" or a number of bytes, as "128MiB".
[[nodiscard]] std::string size_text(const Node& node, const std::string& what);

}  // namespace cooper::bake
