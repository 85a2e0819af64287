// Go's duration texts ("1h30m", "1.5s", "500ms"), as HEALTHCHECK takes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cooper::dockerfile {

// Nanoseconds; nullopt for any other text and for what does not fit.
[[nodiscard]] std::optional<std::int64_t> parse_duration(std::string_view text);

}  // namespace cooper::dockerfile
