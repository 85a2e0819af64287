// The names of builder/hcl that all of this module uses.
#pragma once

#include "builder/hcl/node.h"

namespace cooper::bake {

using hcl::describe;
using hcl::Document;
using hcl::fail_at;
using hcl::Member;
using hcl::Node;
using hcl::Position;

}  // namespace cooper::bake
