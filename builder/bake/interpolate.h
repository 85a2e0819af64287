// "${VAR:-default}" in compose files and .env: the forms of the Compose specification.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "builder/bake/bake_file.h"
#include "builder/bake/node.h"

namespace cooper::bake {

// $NAME, ${NAME}, ${NAME:-text}, ${NAME-text}, ${NAME:?text}, ${NAME?text}, ${NAME:+text},
// ${NAME+text}, $$. A name without a value is empty. Throws base::Error at `where` for a form that
// is none of these, for "?" without a value, and for more than 16 levels or 1 MiB.
[[nodiscard]] std::string interpolate(std::string_view text, const Position& where,
                                      const Environment& variables);

// All texts in a value, but not keys. `produced` counts bytes over several calls; more than 16 MiB
// are base::Error(limit).
void interpolate_all(Node& node, const Environment& variables, std::size_t& produced);

}  // namespace cooper::bake
