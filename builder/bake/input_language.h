// Which language a bake file is in, and its contents.
#pragma once

#include <string_view>

#include "builder/bake/node.h"
#include "builder/hcl/body.h"

namespace cooper::bake {

struct Parsed {
  bool compose = false;
  Node root;       // of a compose file
  hcl::Body body;  // of a bake file
};

// By the end of the document's name: .json, .hcl, .yaml or .yml. Without one of these: JSON if it
// begins with '{', a compose file if it is YAML with services, else HCL. Throws base::Error with
// the spot.
[[nodiscard]] Parsed parse_input(std::string_view text, const Document& document);

}  // namespace cooper::bake
