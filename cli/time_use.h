// Where a build's time went: each moment counts for the one thing that was going on, the most
// telling one if there were several.
#pragma once

#include <string>
#include <vector>

#include "base/trace.h"

namespace cooper::cli {

// "time: 12.3s, of it run 8.1s, upload 2.0s, hashing 0.3s, other 1.9s"; "" without a span.
[[nodiscard]] std::string time_use_line(const std::vector<base::TraceEvent>& events);

// The trace event format of Chrome, which Perfetto reads too.
[[nodiscard]] std::string trace_json(const std::vector<base::TraceEvent>& events);

}  // namespace cooper::cli
