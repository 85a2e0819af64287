// JSON text -> Node tree with positions. Strict: no comments, no trailing commas, no duplicate
// keys, valid UTF-8, at most 4 MiB and 64 levels deep.
#pragma once

#include <string_view>

#include "builder/hcl/node.h"

namespace cooper::hcl {

// `document` must be the text's and outlive the result. Throws base::Error(usage) with the spot.
[[nodiscard]] Node read_json(std::string_view text, const Document& document);

}  // namespace cooper::hcl
