#include "release/policy/release_plan.h"

#include "release/policy/version_tag.h"

namespace cooper::release {

TagDecision decide_version_tag(const oci::Digest& ours, const std::optional<oci::Digest>& there,
                               bool force) {
  if (!there) return {TagChange::create};
  if (*there == ours) return {TagChange::unchanged};
  const std::string reason = "it holds " + there->to_string();
  return {force ? TagChange::replace : TagChange::refuse, reason};
}

TagDecision decide_latest(const std::string& role, const std::string& version,
                          const oci::Digest& ours, const LatestFacts& facts) {
  const auto mine = try_parse_version(version);
  if (!mine) return {TagChange::hold, version + " is no semantic version"};
  if (mine->is_prerelease()) return {TagChange::hold, version + " is a pre-release"};
  if (facts.there == ours) return {TagChange::unchanged};
  if (facts.there && facts.version) {
    const auto current = try_parse_version(to_lower(*facts.version));
    if (current && *current > *mine)
      return {TagChange::hold, "it holds " + *facts.version + ", which is newer"};
  }
  for (const std::string& tag : facts.tags) {
    const auto other = try_parse_version_tag(tag);
    if (!other || other->role != role || other->parsed.is_prerelease()) continue;
    if (other->parsed > *mine) return {TagChange::hold, tag + " is newer"};
  }
  return {facts.there ? TagChange::move : TagChange::create};
}

bool writes(TagChange change) {
  return change == TagChange::create || change == TagChange::replace || change == TagChange::move;
}

const char* to_string(TagChange change) noexcept {
  switch (change) {
    case TagChange::create: return "create";
    case TagChange::unchanged: return "unchanged";
    case TagChange::replace: return "replace";
    case TagChange::move: return "move";
    case TagChange::hold: return "hold";
    case TagChange::refuse: return "refuse";
  }
  return "?";
}

}  // namespace cooper::release
