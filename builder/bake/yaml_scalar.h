// What a plain scalar of YAML means: "true", "~", "0x10", "1.50", "text".
#pragma once

#include <string>

#include "builder/bake/node.h"

namespace cooper::bake {

[[nodiscard]] Node plain_scalar(std::string text);

}  // namespace cooper::bake
