// RFC 3339 text of seconds since 1970, UTC: "2026-11-23T05:17:08Z". Pure; nothing here reads a
// clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cooper::oci {

[[nodiscard]] std::string to_rfc3339(std::int64_t seconds, std::int32_t nanoseconds = 0);
[[nodiscard]] std::optional<std::int64_t> try_parse_rfc3339(
    std::string_view text);  // whole seconds

}  // namespace cooper::oci
