// The checks that need no build: everything up to the plan is done, its warnings are told.
#pragma once

#include <string>
#include <vector>

#include "builder/build.h"

namespace cooper::cli {

// The warnings of a build that is planned and not executed. Throws base::Error for what would end
// the build before its first step.
[[nodiscard]] std::vector<std::string> check_plan(const BuildRequest& request, BuildTools& tools,
                                                  std::stop_token stop);

}  // namespace cooper::cli
