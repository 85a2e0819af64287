// Points in time as RFC 3339 writes them, and durations as Go writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cooper::hcl {

// Years 0 to 9999 of the Gregorian calendar.
struct Moment {
  std::int64_t seconds = 0;         // since 1970, UTC
  std::int64_t offset_minutes = 0;  // of the zone it is written in
};

// The parts of a moment in its zone.
struct Calendar {
  std::int64_t year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  std::int64_t weekday = 4;   // from Sunday = 0
  std::int64_t year_day = 1;  // from 1
};

inline constexpr std::int64_t kFirstSecond = -62'167'219'200;  // of the year 0
inline constexpr std::int64_t kLastSecond = 253'402'300'799;   // of the year 9999

// Fractions of seconds are dropped.
[[nodiscard]] std::optional<Moment> parse_moment(std::string_view text);
[[nodiscard]] Calendar calendar_of(const Moment& moment);
[[nodiscard]] std::string rfc3339(const Moment& moment);

// "+07:00", or with no `separator` "+0700".
[[nodiscard]] std::string offset_text(const Moment& moment, std::string_view separator);

// The ISO 8601 week and its year.
struct IsoWeek {
  std::int64_t year = 0, week = 0;
};
[[nodiscard]] IsoWeek iso_week(const Calendar& calendar);

// "1h30m", "-10s", "1.5h" in nanoseconds, at most 292 years.
[[nodiscard]] std::optional<std::int64_t> parse_duration(std::string_view text);

// At least `width` digits.
[[nodiscard]] std::string digits(std::int64_t number, std::size_t width);

}  // namespace cooper::hcl
