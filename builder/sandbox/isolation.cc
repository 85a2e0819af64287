#include "builder/sandbox/isolation.h"

#include <array>
#include <utility>

namespace cooper::sandbox {
namespace {

constexpr std::array<std::pair<std::string_view, Isolation>, 6> kNames{
    {{"auto", Isolation::automatic},
     {"userns", Isolation::userns},
     {"rootless", Isolation::userns},
     {"root", Isolation::root},
     {"single", Isolation::single},
     {"chroot", Isolation::chroot}}};

}  // namespace

std::optional<Isolation> parse_isolation(std::string_view text) {
  for (const auto& [name, isolation] : kNames) {
    if (name == text) return isolation;
  }
  return std::nullopt;
}

std::optional<Isolation> asked_isolation(int count, char** arguments, const char* environment) {
  constexpr std::string_view kOption = "--isolation";
  std::optional<std::string_view> asked;
  if (environment != nullptr && *environment != '\0') asked = environment;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = arguments[i];
    if (word == "--") break;
    if (word == kOption && i + 1 < count) asked = arguments[i + 1];
    if (word.starts_with("--isolation=")) asked = word.substr(kOption.size() + 1);
  }
  return asked ? parse_isolation(*asked) : Isolation::automatic;
}

}  // namespace cooper::sandbox
