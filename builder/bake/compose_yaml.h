// YAML -> Node tree with positions, with the scalars of YAML 1.2 as Go's yaml package reads them.
#pragma once

#include <string_view>

#include "builder/bake/node.h"

namespace cooper::bake {

// One document; an empty one is null. Anchors, aliases and merge keys ("<<") are done; at most 4
// MiB, 64 levels, 100000 values after aliases. `document` must be the text's and outlive the
// result. Throws base::Error with the spot.
[[nodiscard]] Node read_yaml(std::string_view text, const Document& document);

}  // namespace cooper::bake
