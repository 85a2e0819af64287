#include "smoke/signal_number.h"

#include <signal.h>
#include <string.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace cooper::smoke {
namespace {

// Of the kernel, as images mean them; the C library keeps the first two for itself.
constexpr int kFirstRealtime = 34;
constexpr int kLastRealtime = 64;

std::optional<int> parse_number(std::string_view text, int low, int high) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value < low || value > high) return std::nullopt;
  return value;
}

std::optional<int> realtime(std::string_view name) {
  if (name == "RTMIN") return kFirstRealtime;
  if (name == "RTMAX") return kLastRealtime;
  if (name.starts_with("RTMIN+")) {
    if (const auto offset = parse_number(name.substr(6), 1, 30)) return kFirstRealtime + *offset;
  }
  if (name.starts_with("RTMAX-")) {
    if (const auto offset = parse_number(name.substr(6), 1, 30)) return kLastRealtime - *offset;
  }
  return std::nullopt;
}

}  // namespace

std::optional<int> signal_number(std::string_view name) {
  if (const auto number = parse_number(name, 1, kLastRealtime)) return number;
  std::string upper(name);
  std::ranges::transform(upper, upper.begin(),
                         [](unsigned char byte) { return static_cast<char>(std::toupper(byte)); });
  if (upper.starts_with("SIG")) upper.erase(0, 3);
  if (upper == "CLD") return SIGCHLD;
  if (upper == "IOT") return SIGABRT;
  if (upper == "IO") return SIGIO;
  for (int number = 1; number < kFirstRealtime; ++number) {
    const char* known = ::sigabbrev_np(number);
    if (known != nullptr && upper == known) return number;
  }
  return realtime(upper);
}

std::string signal_name(int number) {
  const char* known = ::sigabbrev_np(number);
  return known == nullptr ? std::to_string(number) : std::string("SIG") + known;
}

}  // namespace cooper::smoke
