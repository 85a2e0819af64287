// Why a step was not found: the parts in which two keys differ. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "builder/cache/step_key.h"

namespace cooper::cache {

// A part of one name that has another value, or is only in one of the two.
struct KeyDifference {
  std::string name;
  std::optional<std::string> before;
  std::optional<std::string> after;
  bool operator==(const KeyDifference&) const = default;
};

// In the order of `after`, then what only `before` has. Of parts with one name, the first is
// compared with the first, the second with the second.
[[nodiscard]] std::vector<KeyDifference> differences(const std::vector<KeyPart>& before,
                                                     const std::vector<KeyPart>& after);

}  // namespace cooper::cache
