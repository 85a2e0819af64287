#include "oci/platform.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/error.h"

namespace cooper::oci {
namespace {

constexpr std::array<std::string_view, 12> kSystems = {"linux",   "windows", "darwin",    "freebsd",
                                                       "netbsd",  "openbsd", "dragonfly", "solaris",
                                                       "illumos", "aix",     "android",   "macos"};
constexpr std::array<std::string_view, 24> kArchitectures = {
    "amd64",  "arm64",   "arm",    "386",      "ppc64le", "ppc64", "s390x",   "riscv64",
    "mips",   "mipsle",  "mips64", "mips64le", "loong64", "wasm",  "sparc64", "x86_64",
    "x86-64", "aarch64", "armhf",  "armel",    "i386",    "i686",  "armv7l",  "armv6l"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string to_lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool is_component(std::string_view text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

[[noreturn]] void fail(std::string_view text, std::string cause) {
  throw base::Error(base::ErrorKind::usage, "parse platform", std::string(text.substr(0, 200)),
                    std::move(cause))
      .with_hint("a platform is os/architecture[/variant], for example linux/amd64");
}

std::vector<std::string_view> split_components(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::string_view rest = text;;) {
    const std::size_t slash = rest.find('/');
    parts.push_back(rest.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    rest.remove_prefix(slash + 1);
  }
}

// "v8.2" -> 802; nullopt for a variant that is not a version.
std::optional<int> level_of(std::string_view variant) {
  if (!variant.starts_with('v')) return std::nullopt;
  const char* const end = variant.data() + variant.size();
  int major = 0;
  auto [next, error] = std::from_chars(variant.data() + 1, end, major);
  if (error != std::errc() || major < 0 || major > 99) return std::nullopt;
  int minor = 0;
  if (next != end) {
    if (*next != '.') return std::nullopt;
    const auto [last, minor_error] = std::from_chars(next + 1, end, minor);
    if (minor_error != std::errc() || last != end || minor < 0 || minor > 99) return std::nullopt;
  }
  return major * 100 + minor;
}

std::string_view implied_variant(std::string_view architecture) {
  if (architecture == "amd64") return "v1";
  if (architecture == "arm64") return "v8";
  if (architecture == "arm") return "v7";
  return {};
}

}  // namespace

Platform normalize(Platform platform) {
  platform.os = to_lower(std::move(platform.os));
  if (platform.os == "macos") platform.os = "darwin";
  std::string& architecture = platform.architecture;
  std::string& variant = platform.variant;
  architecture = to_lower(std::move(architecture));
  variant = to_lower(std::move(variant));
  if (!variant.empty() && variant.front() >= '0' && variant.front() <= '9') variant.insert(0, "v");
  if (architecture == "x86_64" || architecture == "x86-64") {
    architecture = "amd64";
  } else if (architecture == "aarch64") {
    architecture = "arm64";
  } else if (architecture == "i386" || architecture == "i686") {
    architecture = "386";
  } else if (architecture == "armhf" || architecture == "armv7l") {
    architecture = "arm";
    variant = "v7";
  } else if (architecture == "armel" || architecture == "armv6l") {
    architecture = "arm";
    variant = "v6";
  }
  if (architecture == "arm") {
    if (variant.empty()) variant = "v7";
  } else if (variant == implied_variant(architecture)) {
    variant.clear();
  }
  return platform;
}

Platform parse_platform(std::string_view text, const Platform& host) {
  const std::vector<std::string_view> parts = split_components(text);
  if (parts.size() > 3) fail(text, "more than three components");
  for (std::string_view part : parts) {
    if (!is_component(part)) fail(text, "empty or malformed component '" + std::string(part) + "'");
  }
  Platform platform;
  if (parts.size() > 1) {
    platform.os = parts[0];
    platform.architecture = parts[1];
    if (parts.size() == 3) platform.variant = parts[2];
    return normalize(std::move(platform));
  }
  const std::string only = to_lower(std::string(parts[0]));
  if (contains(kSystems, only)) {
    platform.os = only;
    platform.architecture = host.architecture;
    platform.variant = host.variant;
  } else if (contains(kArchitectures, only)) {
    platform.os = host.os;
    platform.architecture = only;
  } else {
    fail(text, "neither a known operating system nor a known architecture");
  }
  return normalize(std::move(platform));
}

std::string to_string(const Platform& platform) {
  std::string text = platform.os + "/" + platform.architecture;
  if (!platform.variant.empty()) text += "/" + platform.variant;
  return text;
}

bool satisfies(const Platform& have, const Platform& want) {
  const Platform image = normalize(have);
  const Platform machine = normalize(want);
  if (image.os != machine.os || image.architecture != machine.architecture) return false;
  if (image.variant == machine.variant) return true;
  const std::string_view implied = implied_variant(image.architecture);
  const auto needs = level_of(image.variant.empty() ? implied : std::string_view(image.variant));
  const auto offers =
      level_of(machine.variant.empty() ? implied : std::string_view(machine.variant));
  return needs && offers && *needs <= *offers;
}

}  // namespace cooper::oci
