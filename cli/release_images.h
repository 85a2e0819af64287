// The images of a build as a release: which tag is whose, and where the bytes come from.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "builder/build.h"
#include "builder/export/export_images.h"
#include "registry/client.h"
#include "release/release.h"

namespace cooper::cli {

// Throws base::Error(usage) for a target without a version tag, with tags of several repositories,
// or with tags that another target has too; before anything is built. Returns the repositories,
// each with one of its version tags.
std::map<std::string, std::string> check_release_tags(const BuildRequest& request,
                                                      const std::set<std::string>& silent,
                                                      const std::string& version);

// One for each job; `jobs` and `store` outlive the result.
[[nodiscard]] std::vector<release::ReleaseImage> release_images_of(
    const std::vector<export_::ExportJob>& jobs, const std::string& version,
    registry::Client& client, store::Store& store);

}  // namespace cooper::cli
