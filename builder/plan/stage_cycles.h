// Stages that need each other (row F8): found before anything is planned, so that the message can
// show the whole circle.
#pragma once

#include <string>
#include <vector>

#include "builder/dockerfile/dockerfile.h"

namespace cooper::plan {

// Throws base::Error(usage) "circular dependency: a -> b -> a" at the instruction that closes the
// circle.
void check_stage_cycles(const dockerfile::Dockerfile& file);

// The names in --from and from= of an instruction.
[[nodiscard]] std::vector<std::string> source_names(const dockerfile::Instruction& instruction);

}  // namespace cooper::plan
