// What a release does to each tag, decided before anything is written. Pure: what the registry
// shows comes in as values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oci/digest.h"
#include "release/policy/semantic_version.h"

namespace cooper::release {

enum class TagChange {
  create,     // there is none yet
  unchanged,  // it holds the image already
  replace,    // a version tag that holds another image is overwritten (--force)
  move,       // a moving tag goes forward
  hold,       // a moving tag stays where it is
  refuse,     // a version tag that holds another image: nothing may be written
};

struct TagDecision {
  TagChange change = TagChange::create;
  std::string reason = {};  // for people; empty where `change` says all
};

// A version tag never changes its meaning, unless that is forced.
[[nodiscard]] TagDecision decide_version_tag(const oci::Digest& ours,
                                             const std::optional<oci::Digest>& there, bool force);

// What is known of a moving tag.
struct LatestFacts {
  std::optional<oci::Digest> there = {};    // what it holds
  std::optional<std::string> version = {};  // org.opencontainers.image.version of that image
  std::vector<std::string> tags = {};       // all tags of the repository
};

// A moving tag of `role` goes to `version` only if that is no pre-release and no version of the
// role that is there already is newer.
[[nodiscard]] TagDecision decide_latest(const std::string& role, const std::string& version,
                                        const oci::Digest& ours, const LatestFacts& facts);

[[nodiscard]] bool writes(TagChange change);                     // create, replace, move
[[nodiscard]] const char* to_string(TagChange change) noexcept;  // "create"

}  // namespace cooper::release
