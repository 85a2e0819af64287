// SOURCE_DATE_EPOCH: the time that images of this build carry, and no file is newer than it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "builder/plan/plan.h"

namespace cooper::plan {

// Seconds, of the build argument, else of a global ARG's default; an empty value is none. All
// targets of one build have one time, also those that say none. Throws base::Error(usage): not a
// number of seconds, or two targets say different ones.
[[nodiscard]] std::optional<std::int64_t> source_date_epoch(
    const std::vector<TargetRequest>& requests);

}  // namespace cooper::plan
