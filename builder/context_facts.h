// What the checks want to know of a context directory: its ignore rules and a few names in it.
#pragma once

#include <memory>
#include <string>

#include "builder/check/copied_files.h"

namespace cooper {

// Opens no file but the ignore file. `dockerfile_path` as for context::read_ignore_rules. Throws
// base::Error for an ignore file that cannot be read.
[[nodiscard]] std::shared_ptr<const check::ContextFacts> read_context_facts(
    const std::string& directory, const std::string& dockerfile_path);

}  // namespace cooper
