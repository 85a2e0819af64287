// What the registry shows of the tags of a release, and what that means for each of them.
#pragma once

#include <stop_token>
#include <vector>

#include "release/release.h"

namespace cooper::release {

// What is known of the moving tag `tag` now; asks for no more than the decision needs.
[[nodiscard]] LatestFacts read_latest(const registry::Repository& repository,
                                      const std::optional<oci::Digest>& there,
                                      const std::stop_token& stop);

// One request a tag, some at a time; more only for moving tags that hold another image.
[[nodiscard]] std::vector<ReleasedImage> decide_release(const std::vector<ReleaseImage>& images,
                                                        const ReleaseOptions& options,
                                                        const std::stop_token& stop);

// Throws base::Error naming every version tag that holds another image.
void require_no_refusal(const std::vector<ReleasedImage>& plan);

}  // namespace cooper::release
