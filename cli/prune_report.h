// What prune keeps and deletes, as text.
#pragma once

#include <string>
#include <vector>

#include "cli/table.h"
#include "release/policy/retention.h"

namespace cooper::cli {

// A row for each tag: tag, role, fate ("kept", "doomed"), digest, reason.
[[nodiscard]] Table prune_table(const std::vector<release::Verdict>& plan);

// {"repository": .., "dryRun": .., "tags": [{tag, role, digest, doomed, deleted, reason}], "kept":
// N, "doomed": N} and a newline.
[[nodiscard]] std::string prune_json(const std::string& repository, bool dry_run,
                                     const std::vector<release::Verdict>& plan,
                                     const std::vector<std::string>& deleted);

// "12 tags stay, 3 would be deleted; --yes deletes them"
[[nodiscard]] std::string prune_summary(const std::vector<release::Verdict>& plan, bool deleted);

}  // namespace cooper::cli
