// Shell form and exec form of RUN, CMD and ENTRYPOINT (rows R1, M1, M4).
#pragma once

#include <string>
#include <vector>

#include "builder/plan/stage_state.h"

namespace cooper::plan {

// SHELL, or /bin/sh -c.
[[nodiscard]] std::vector<std::string> shell_of(const StageState& state);
// The argv of `command`: exec form as it is, shell form as SHELL's last argument.
[[nodiscard]] std::vector<std::string> argv_of(const dockerfile::Command& command,
                                               const StageState& state);

}  // namespace cooper::plan
