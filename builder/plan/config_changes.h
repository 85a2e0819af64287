// Instructions that change the image configuration or the variables and make no layer (rows M1-M12,
// A2-A5).
#pragma once

#include <optional>
#include <string>

#include "builder/plan/expander.h"
#include "builder/plan/global_scope.h"

namespace cooper::plan {

// What an instruction may look at beside the state it changes.
struct ChangeInputs {
  const Expander& expander;
  const GlobalScope& globals;
  const std::map<std::string, std::string>& build_args;
};

// Applies `instruction` and returns its created_by text; nullopt for ONBUILD, which leaves no
// history. `cmd_given` tells if CMD was given in this stage (row M2). RUN, COPY, ADD, WORKDIR and
// FROM are not for here (std::logic_error). Throws base::Error(usage).
[[nodiscard]] std::optional<std::string> apply_change(StageState& state, bool& cmd_given,
                                                      const dockerfile::Instruction& instruction,
                                                      const ChangeInputs& inputs);

}  // namespace cooper::plan
