// Compose files as bake files: every service with a build section is a target. Rules: buildx, which
// takes over what the build section and its x-bake extension say and nothing else of a service but
// its image (the tag) and environment (values of build arguments).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "builder/bake/bake_file.h"
#include "builder/bake/node.h"
#include "builder/bake/partial_target.h"

namespace cooper::bake {

struct ComposeTarget {
  std::string name;  // the service's, with '_' for what cannot be in a target's name
  PartialTarget target;
};

// Whether this is a mapping with services.
[[nodiscard]] bool is_compose(const Node& root);

// `files` as written; later ones are merged over earlier ones: mappings key by key, lists are
// added up. `extends` and `include` are refused. Throws base::Error with the spot.
[[nodiscard]] std::vector<ComposeTarget> read_compose(std::vector<Node> files,
                                                      const Environment& variables);

}  // namespace cooper::bake
