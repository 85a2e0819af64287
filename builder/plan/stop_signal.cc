#include "builder/plan/stop_signal.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

#include "builder/plan/text.h"

namespace cooper::plan {

namespace {

constexpr std::array<std::string_view, 37> kNames = {
    "ABRT",   "ALRM",  "BUS",  "CHLD", "CLD",   "CONT",  "FPE",   "HUP",  "ILL",  "INT",
    "IO",     "IOT",   "KILL", "PIPE", "POLL",  "PROF",  "PWR",   "QUIT", "SEGV", "STKFLT",
    "STOP",   "SYS",   "TERM", "TRAP", "TSTP",  "TTIN",  "TTOU",  "URG",  "USR1", "USR2",
    "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX", "UNUSED"};

constexpr std::uint64_t kMaxNumber = std::numeric_limits<std::int64_t>::max();

// "RTMIN+1" to "RTMIN+15", "RTMAX-1" to "RTMAX-14": 34 to 64.
bool is_realtime(const std::string& name) {
  if (name.starts_with("RTMIN+")) return parse_unsigned(name.substr(6), 10, 15).has_value();
  if (name.starts_with("RTMAX-")) return parse_unsigned(name.substr(6), 10, 14).has_value();
  return false;
}

}  // namespace

bool is_signal(const std::string& text) {
  const bool has_sign = text.starts_with('-') || text.starts_with('+');
  if (const auto number = parse_unsigned(text.substr(has_sign ? 1 : 0), 10, kMaxNumber))
    return *number != 0;
  std::string name = upper_case(text);
  if (name.starts_with("SIG")) name.erase(0, 3);
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() || is_realtime(name);
}

}  // namespace cooper::plan
