// format() and formatlist(): verbs as Go's fmt has them ("%s", "%-10q", "%05.2f", "%[2]d").
#pragma once

#include <string>

#include "builder/hcl/functions.h"

namespace cooper::hcl {

// The format is argument 0 of the call. `row`: of arguments that are lists, the items at this
// index are taken (for formatlist).
[[nodiscard]] std::string format_values(Call& call, std::size_t row, bool lists = false);

[[nodiscard]] Node format_list(Call& call);

}  // namespace cooper::hcl
