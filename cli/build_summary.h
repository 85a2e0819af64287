// The last lines of a build, for people; and how sizes and times are written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "builder/build.h"

namespace cooper::cli {

// "1.2 MB", decimal units.
[[nodiscard]] std::string size_text(std::uint64_t bytes);
// "0.3s", "12.4s", "3m05s".
[[nodiscard]] std::string seconds_text(double seconds);

// "built 3 images: 20 steps, 14 cached, 12.3s", then a line for each image that was sent somewhere.
[[nodiscard]] std::vector<std::string> summary_lines(const BuildReport& report, double seconds);

}  // namespace cooper::cli
