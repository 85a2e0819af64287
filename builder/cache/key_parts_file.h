// The parts of a key as they are kept beside a step's record: length-framed, and self-checking
// because they must give the key again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/cache/step_key.h"

namespace cooper::cache {

[[nodiscard]] std::string serialize_key_parts(const std::vector<KeyPart>& parts);
// nullopt unless it is what was written for `key`.
[[nodiscard]] std::optional<std::vector<KeyPart>> try_parse_key_parts(std::string_view bytes,
                                                                      const StepKey& key);

}  // namespace cooper::cache
