// Signals by name, as STOPSIGNAL and smoke files write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cooper::smoke {

// "SIGTERM", "term", "15", "RTMIN+3"; nullopt for anything else.
[[nodiscard]] std::optional<int> signal_number(std::string_view name);

// "SIGTERM"; a number for signals without a name.
[[nodiscard]] std::string signal_name(int number);

}  // namespace cooper::smoke
