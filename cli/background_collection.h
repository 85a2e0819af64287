// Collection after a build, in a process of its own, so that neither this build nor the next one
// waits for it; as `git gc --auto` does.
#pragma once

#include <string>

#include "cli/configuration.h"

namespace cooper::cli {

// Starts `cooper cache prune --automatic` of this program, with the lowest priority, and does not
// wait. That it cannot be started is no error of the build.
void start_collection(const std::string& root, const LimitOptions& limits) noexcept;

}  // namespace cooper::cli
