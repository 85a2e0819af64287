// The keys of target blocks, and what names of targets are made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cooper::bake {

// All that buildx knows, in order.
[[nodiscard]] const std::vector<std::string>& target_keys();

// Letters, digits, '-' and '_', at least one.
[[nodiscard]] bool is_target_name(std::string_view name);

}  // namespace cooper::bake
