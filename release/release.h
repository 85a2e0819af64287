// Several images of one version into their repositories, so that their tags move together or not at
// all, as far as a registry allows that:
//
//   read what the tags hold -> decide (release/policy) -> all blobs of all images -> version tags,
//   each read back -> moving tags -> look at every tag once more
//
// Nothing is written before every decision is made. A failure after the first tag was written puts
// all of them back; where that fails too, PartialRelease says what is where. A release that was
// killed can be run again: what is in place already is left alone, and a release that changes
// nothing costs one request a tag.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "registry/push_session.h"
#include "registry/repository.h"
#include "release/policy/release_plan.h"

namespace cooper::release {

struct ReleaseImage {
  std::string role;
  registry::Repository repository;
  registry::PushImage image;  // its `tags` are not looked at
  std::string version_tag;
  std::vector<std::string> latest_tags = {};
};

struct ReleaseOptions {
  std::string version;   // as release_version() made it
  bool force = false;    // version tags may be replaced
  bool dry_run = false;  // decide and report, write nothing
  registry::PushOptions push = {};
  std::function<void(const std::string& line)> say = {};  // what is done, for people
  // Version tags that were looked at a moment ago ("host/name:tag"); they are not looked at again.
  std::map<std::string, oci::Digest> seen = {};
};

struct ReleasedTag {
  std::string tag;
  TagChange change = TagChange::create;
  std::string reason = {};
  std::optional<oci::Digest> before = {};  // what the tag held
};

struct ReleasedImage {
  std::string role;
  std::string repository;  // host/name
  oci::Descriptor manifest;
  std::uint64_t size = 0;  // manifest, configuration and layers
  std::uint64_t pushed_bytes = 0, reused_bytes = 0;
  std::vector<ReleasedTag> tags = {};  // the version tag first
};

// In the order of `images`. Throws base::Error when nothing was changed or everything was put back,
// PartialRelease when not.
[[nodiscard]] std::vector<ReleasedImage> release_images(const std::vector<ReleaseImage>& images,
                                                        const ReleaseOptions& options,
                                                        std::stop_token stop);

// The release failed half way and could not be undone.
class PartialRelease final : public base::Error {
 public:
  PartialRelease(const base::Error& cause, std::vector<std::string> state)
      : base::Error(cause), state_(std::move(state)) {}
  // A line for each tag that is not what it was: what it holds now.
  [[nodiscard]] const std::vector<std::string>& state() const noexcept { return state_; }

 private:
  std::vector<std::string> state_;
};

}  // namespace cooper::release
