// What a release did, or would do, as text.
#pragma once

#include <string>
#include <vector>

#include "cli/table.h"
#include "release/release.h"

namespace cooper::cli {

// A row for each tag: role, tag, change, digest, size, pushed, reused.
[[nodiscard]] Table release_table(const std::vector<release::ReleasedImage>& images);

// {"version": .., "dryRun": .., "images": [{role, repository, digest, size, pushedBytes,
// reusedBytes, "tags": [{tag, reference, change, reason, before}]}]} and a newline.
[[nodiscard]] std::string release_json(const std::string& version, bool dry_run,
                                       const std::vector<release::ReleasedImage>& images);

// Markdown for a job's summary.
[[nodiscard]] std::string release_summary(const std::string& version, bool dry_run,
                                          const std::vector<release::ReleasedImage>& images);

}  // namespace cooper::cli
