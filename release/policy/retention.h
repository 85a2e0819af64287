// Which tags of a repository stay and which may go: a pure function. Only version tags of a role
// ("app-v1.2.3") are ever doomed, and of those only what no rule protects.
//
// A tag stays if it is no version tag; is a moving or a cache tag; is in use; matches a keep
// pattern; is among the newest versions of its role; is young; its digest is that of a tag that
// stays, or an index that stays holds it; or the registry shows no manifest for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "oci/digest.h"
#include "release/policy/in_use.h"
#include "release/policy/semantic_version.h"
#include "release/policy/tag_pattern.h"

namespace cooper::release {

struct RetentionRules {
  std::size_t keep = 10;              // newest releases of each role
  std::size_t keep_prereleases = 10;  // newest pre-releases of each role
  // Images made at this time (seconds since 1970) or later stay; so do those of unknown age.
  std::optional<std::int64_t> keep_since = {};
  std::vector<TagPattern> keep_patterns = {};
  // Two groups, role and version; without it tags are read as try_parse_version_tag does.
  std::optional<TagPattern> role_pattern = {};
  InUse in_use = {};
};

struct TagFacts {
  std::string tag;
  std::optional<oci::Digest> digest = {};    // nullopt: listed, but there is no manifest
  std::vector<oci::Digest> children = {};    // of an index, nested ones too
  std::optional<std::int64_t> created = {};  // needed where keep_since is set
};

struct Verdict {
  std::string tag;
  std::optional<oci::Digest> digest;
  std::string role;                        // of a version tag
  std::optional<SemanticVersion> version;  // of a version tag
  bool doomed = false;
  std::string reason;  // "one of the 10 newest of app", "in use", "older than the 10 newest of app"
};

// Version tags by role, newest first; then the others by name.
[[nodiscard]] std::vector<Verdict> plan_retention(const RetentionRules& rules,
                                                  const std::vector<TagFacts>& tags);

// Whether `tag` would be read as a version tag, so that its age may matter.
[[nodiscard]] bool is_version_tag(const RetentionRules& rules, const std::string& tag);

// Throws base::Error(usage) for a role pattern that has not two groups.
void check_rules(const RetentionRules& rules);

// Refuses a plan that is likely a mistake: base::Error(usage) if nothing at all is to be kept
// (`keep` is 0) or if it dooms every version tag of some role.
void require_moderate(const RetentionRules& rules, const std::vector<Verdict>& plan);

}  // namespace cooper::release
