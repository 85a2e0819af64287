// Which tags of an image a release of one version means: "app-v1.2.3" is its version tag,
// "app-latest" its moving tag. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cooper::release {

struct ReleaseTags {
  std::string role;         // "app"; empty where the tag is the version alone
  std::string version_tag;  // "app-v1.2.3"
  std::vector<std::string> latest_tags = {};
};

// A version as a git tag gives it, made into what images are named by: lower case, checked. Throws
// base::Error(usage): no semantic version, or one with build metadata, which no tag can hold.
[[nodiscard]] std::string release_version(std::string_view text);

// `tags`: of one image in one repository. Throws base::Error(usage): no version tag, several, a tag
// that is neither, or a moving tag of another role. `image` is for messages.
[[nodiscard]] ReleaseTags read_release_tags(const std::vector<std::string>& tags,
                                            const std::string& version, const std::string& image);

}  // namespace cooper::release
