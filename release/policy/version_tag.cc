#include "release/policy/version_tag.h"

#include <algorithm>

namespace cooper::release {

std::optional<VersionTag> try_parse_version_tag(std::string_view tag) {
  for (std::size_t at = 0; at < tag.size();) {
    const std::string_view rest = tag.substr(at);
    if (std::optional<SemanticVersion> version = try_parse_version(rest)) {
      const std::string_view role = tag.substr(0, at == 0 ? 0 : at - 1);
      return VersionTag{std::string(role), std::string(rest), *std::move(version)};
    }
    const std::size_t dash = rest.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    at += dash + 1;
  }
  return std::nullopt;
}

std::optional<std::string> role_of_latest(std::string_view tag) {
  constexpr std::string_view kLatest = "latest";
  const std::string lower = to_lower(tag);
  if (lower == kLatest) return std::string();
  if (!lower.ends_with("-latest")) return std::nullopt;
  return std::string(tag.substr(0, tag.size() - kLatest.size() - 1));
}

bool is_cache_tag(std::string_view tag) {
  const std::string lower = to_lower(tag);
  for (std::string_view rest = lower;;) {
    const std::size_t dash = rest.find('-');
    const std::string_view word = rest.substr(0, dash);
    if (word == "cache" || word == "buildcache") return true;
    if (dash == std::string_view::npos) return false;
    rest.remove_prefix(dash + 1);
  }
}

bool is_referrers_tag(std::string_view tag) {
  constexpr std::string_view kPrefix = "sha256-";
  if (!tag.starts_with(kPrefix)) return false;
  const std::string_view hex = tag.substr(kPrefix.size(), 64);
  return hex.size() == 64 && std::all_of(hex.begin(), hex.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace cooper::release
