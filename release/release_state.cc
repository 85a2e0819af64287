#include "release/release_state.h"

#include <map>

#include "registry/parallel.h"
#include "release/image_facts.h"

namespace cooper::release {
namespace {

struct Lookup {
  std::size_t image = 0, tag = 0;
};

std::uint64_t size_of(const registry::PushImage& image) {
  std::uint64_t size = image.manifest_bytes.size();
  for (const registry::PushBlob& blob : image.blobs) size += blob.descriptor.size;
  return size;
}

ReleasedImage undecided(const ReleaseImage& image) {
  const std::string& bytes = image.image.manifest_bytes;
  ReleasedImage out{image.role,
                    image.repository.display_name(),
                    {image.image.media_type, oci::Digest::of_bytes(bytes), bytes.size()},
                    size_of(image.image)};
  out.tags.push_back({image.version_tag});
  for (const std::string& tag : image.latest_tags) out.tags.push_back({tag});
  return out;
}

}  // namespace

LatestFacts read_latest(const registry::Repository& repository,
                        const std::optional<oci::Digest>& there, const std::stop_token& stop) {
  LatestFacts facts{there};
  if (there) facts.version = read_version(repository, *there, stop);
  facts.tags = repository.list_tags(stop).value_or(std::vector<std::string>{});
  return facts;
}

std::vector<ReleasedImage> decide_release(const std::vector<ReleaseImage>& images,
                                          const ReleaseOptions& options,
                                          const std::stop_token& stop) {
  std::vector<ReleasedImage> plan;
  std::vector<Lookup> lookups;
  for (const ReleaseImage& image : images) {
    plan.push_back(undecided(image));
    for (std::size_t tag = 0; tag < plan.back().tags.size(); ++tag)
      lookups.push_back({plan.size() - 1, tag});
    const auto seen = options.seen.find(plan.back().repository + ":" + image.version_tag);
    if (seen != options.seen.end()) plan.back().tags.front().before = seen->second;
  }
  registry::for_each_parallel(
      lookups.size(), options.push.parallel, stop,
      [&](std::size_t i, const std::stop_token& inner) {
        ReleasedTag& tag = plan[lookups[i].image].tags[lookups[i].tag];
        if (lookups[i].tag == 0 && tag.before) return;  // seen before
        const auto there = images[lookups[i].image].repository.head_manifest(tag.tag, inner);
        if (there) tag.before = there->digest;
      });
  if (stop.stop_requested())
    throw base::Error(base::ErrorKind::cancelled, "release", options.version, "cancelled");
  for (const Lookup& lookup : lookups) {
    const ReleaseImage& image = images[lookup.image];
    ReleasedImage& planned = plan[lookup.image];
    ReleasedTag& tag = planned.tags[lookup.tag];
    const oci::Digest& ours = planned.manifest.digest;
    TagDecision decision;
    if (lookup.tag == 0) {
      decision = decide_version_tag(ours, tag.before, options.force);
    } else {
      // Most decisions need no further facts.
      decision = decide_latest(image.role, options.version, ours, {tag.before});
      if (writes(decision.change)) {
        decision = decide_latest(image.role, options.version, ours,
                                 read_latest(image.repository, tag.before, stop));
      }
    }
    tag.change = decision.change;
    tag.reason = std::move(decision.reason);
  }
  return plan;
}

void require_no_refusal(const std::vector<ReleasedImage>& plan) {
  std::string refused;
  for (const ReleasedImage& image : plan) {
    for (const ReleasedTag& tag : image.tags) {
      if (tag.change != TagChange::refuse) continue;
      refused += (refused.empty() ? "" : "; ") + image.repository + ":" + tag.tag + ": " +
                 tag.reason + ", not " + image.manifest.digest.to_string();
    }
  }
  if (refused.empty()) return;
  throw base::Error(base::ErrorKind::failure, "release", "",
                    "a version that is out never changes, and nothing was written: " + refused)
      .with_hint("release another version; --force replaces this one");
}

}  // namespace cooper::release
