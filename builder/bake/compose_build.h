// The build section of a service -> a target.
#pragma once

#include "builder/bake/bake_file.h"
#include "builder/bake/node.h"
#include "builder/bake/partial_target.h"

namespace cooper::bake {

// `build` is a mapping (build_node); `secrets` are the file's, or null. Values of arguments without
// one come from the service's environment, then from `variables`. Throws base::Error with the spot.
[[nodiscard]] PartialTarget read_build(const Member& service, const Node& build,
                                       const Node* secrets, const Environment& variables);

}  // namespace cooper::bake
