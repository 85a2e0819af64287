#include "builder/upkeep/limits.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/error.h"

namespace cooper::upkeep {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& text,
                         const std::string& wanted) {
  throw base::Error(base::ErrorKind::usage, "read " + what, text, "expected " + wanted);
}

// The number at the front of `rest`, taken off it.
std::optional<double> take_number(std::string_view& rest) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return number;
}

std::optional<double> factor_of(std::string_view unit) {
  struct Unit {
    std::string_view name;
    double factor;
  };
  constexpr double kKilo = 1000, kKibi = 1024;
  constexpr std::array<Unit, 14> kUnits = {{{"", 1},
                                            {"b", 1},
                                            {"k", kKilo},
                                            {"kb", kKilo},
                                            {"m", kKilo * kKilo},
                                            {"mb", kKilo * kKilo},
                                            {"g", kKilo * kKilo * kKilo},
                                            {"gb", kKilo * kKilo * kKilo},
                                            {"t", kKilo * kKilo * kKilo * kKilo},
                                            {"tb", kKilo * kKilo * kKilo * kKilo},
                                            {"kib", kKibi},
                                            {"mib", kKibi * kKibi},
                                            {"gib", kKibi * kKibi * kKibi},
                                            {"tib", kKibi * kKibi * kKibi * kKibi}}};
  for (const Unit& one : kUnits) {
    if (one.name == unit) return one.factor;
  }
  return std::nullopt;
}

std::int64_t seconds_of(char unit) {
  switch (unit) {
    case 's': return 1;
    case 'm': return 60;
    case 'h': return 3600;
    case 'd': return 86'400;
    case 'w': return 7 * std::int64_t{86'400};
    default: return 0;
  }
}

}  // namespace

Limits default_limits() {
  constexpr std::uint64_t kGigabyte = 1'000'000'000;
  return {20 * kGigabyte, kGigabyte, 30 * std::int64_t{86'400}, true};
}

std::optional<std::uint64_t> parse_size(const std::string& text, const std::string& what) {
  constexpr const char* kWanted = "a size such as 500MB, 20GB or 1.5GiB";
  if (text == "unlimited" || text == "0") return std::nullopt;
  std::string_view rest = text;
  const auto number = take_number(rest);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  std::string unit;
  for (const char c : rest) unit += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const auto factor = factor_of(unit);
  constexpr double kMost = 1e18;
  if (!number || !factor || *number * *factor > kMost) refuse(what, text, kWanted);
  const auto bytes = static_cast<std::uint64_t>(*number * *factor);
  if (bytes == 0) return std::nullopt;
  return bytes;
}

std::int64_t parse_age(const std::string& text, const std::string& what) {
  constexpr const char* kWanted = "an age such as 30m, 24h, 7d or 1h30m";
  std::string_view rest = text;
  double seconds = 0;
  if (rest.empty()) refuse(what, text, kWanted);
  while (!rest.empty()) {
    const auto number = take_number(rest);
    const std::int64_t unit = rest.empty() ? 0 : seconds_of(rest.front());
    if (!number || unit == 0) refuse(what, text, kWanted);
    rest.remove_prefix(1);
    seconds += *number * static_cast<double>(unit);
  }
  constexpr double kMost = 1e11;
  if (seconds > kMost) refuse(what, text, kWanted);
  return static_cast<std::int64_t>(seconds);
}

}  // namespace cooper::upkeep
