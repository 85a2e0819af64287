// Semantic versions and constraints on them: ">=1.2, <2 || ~3.1", "^1.2", "1.x", "1.2 - 1.4".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cooper::hcl {

// Whether the version satisfies the constraint; nothing, and the reason in `why`, if either cannot
// be read. A version with a pre-release part satisfies only constraints that have one.
[[nodiscard]] std::optional<bool> satisfies(std::string_view version, std::string_view constraint,
                                            std::string& why);

}  // namespace cooper::hcl
