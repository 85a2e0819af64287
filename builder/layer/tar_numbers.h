// The numbers of tar headers, as text: octal or base-256 fields, and the records of a pax header.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace cooper::layer {

// A numeric field: octal digits between blanks and NULs, or (first bit set) a big-endian two's
// complement number.
[[nodiscard]] std::optional<std::int64_t> parse_tar_number(std::string_view field);

// Seconds with an optional fraction, cut off below nanoseconds: (seconds, 0 <= nanoseconds < 10^9),
// rounded towards the past. Seconds beyond what fits are held at the ends of the range.
struct PaxTime {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
};
[[nodiscard]] std::optional<PaxTime> parse_pax_time(std::string_view text);

[[nodiscard]] std::optional<std::int64_t> parse_decimal(std::string_view text);

// Takes the first "<length> <key>=<value>\n" off `records`; nullopt if it is malformed.
[[nodiscard]] std::optional<std::pair<std::string_view, std::string_view>> take_pax_record(
    std::string_view& records);

}  // namespace cooper::layer
