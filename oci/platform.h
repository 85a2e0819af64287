// os/architecture[/variant], normalised as containerd does it (x86_64 -> amd64, aarch64 -> arm64,
// arm -> arm/v7, amd64 and arm64 without the implied variant).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cooper::oci {

struct Platform {
  std::string os;
  std::string architecture;
  std::string variant = {};
  std::string os_version = {};
  std::vector<std::string> os_features = {};
  bool operator==(const Platform&) const = default;
};

// "linux/arm64", "arm64", "linux/arm/v6"; throws base::Error(usage). `host` fills what the text
// leaves out.
[[nodiscard]] Platform parse_platform(std::string_view text, const Platform& host);
[[nodiscard]] Platform normalize(Platform platform);
[[nodiscard]] std::string to_string(const Platform& platform);
// True if an image of platform `have` runs where `want` is asked for (same os and architecture,
// compatible variant).
[[nodiscard]] bool satisfies(const Platform& have, const Platform& want);

}  // namespace cooper::oci
