// What a tag of a repository of roles says: "app-v1.2.3" is version v1.2.3 of the role app,
// "v1.2.3" one of the role without a name; "app-latest" and "latest" are moving tags.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "release/policy/semantic_version.h"

namespace cooper::release {

struct VersionTag {
  std::string role;     // "" for a tag that is a version alone
  std::string version;  // as the tag has it, "v1.2.3"
  SemanticVersion parsed;
};

// Splits at the first "-" after which the rest is a version; nullopt: no version tag.
[[nodiscard]] std::optional<VersionTag> try_parse_version_tag(std::string_view tag);

// The role of "latest" and "ROLE-latest"; nullopt for other tags.
[[nodiscard]] std::optional<std::string> role_of_latest(std::string_view tag);

// "cache", "buildcache", or a name that has one of them between dashes: "cache-app", "app-cache".
[[nodiscard]] bool is_cache_tag(std::string_view tag);

// The tag schema of referrers: "sha256-" and 64 hexadecimal digits, maybe followed by ".sig" and
// the like.
[[nodiscard]] bool is_referrers_tag(std::string_view tag);

[[nodiscard]] std::string to_lower(std::string_view text);  // ASCII

}  // namespace cooper::release
