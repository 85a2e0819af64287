// STOPSIGNAL names of Linux (row M11).
#pragma once

#include <string>

namespace cooper::plan {

// "SIGTERM", "term", "15", "RTMIN+3".
[[nodiscard]] bool is_signal(const std::string& text);

}  // namespace cooper::plan
