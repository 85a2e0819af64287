// Wildcards in target names: '*', '?', '[a-z]'.
#pragma once

#include <string_view>

namespace cooper::bake {

[[nodiscard]] bool has_wildcards(std::string_view pattern);

// The whole of `name`; names are ASCII. An unfinished class matches nothing. Time is at most the
// product of the lengths.
[[nodiscard]] bool matches_name(std::string_view pattern, std::string_view name);

}  // namespace cooper::bake
