// A plan that keeps what the checks found until an error ended it.
#pragma once

#include "builder/plan/plan.h"

namespace cooper::plan {

// As make_plan; an error is the plan's `violation`, and of the plan only `diagnostics` counts then.
[[nodiscard]] Plan try_plan(const std::vector<TargetRequest>& requests,
                            const ResolvedImages& resolved);

}  // namespace cooper::plan
