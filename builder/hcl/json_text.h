// Values as JSON on one line, as Go writes it (<, > and & as \u003c and the like).
#pragma once

#include <string>
#include <string_view>

#include "builder/hcl/node.h"

namespace cooper::hcl {

[[nodiscard]] std::string json_text(const Node& value);
[[nodiscard]] std::string json_quoted(std::string_view text);

}  // namespace cooper::hcl
