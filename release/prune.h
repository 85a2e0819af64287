// Tags of one repository that no rule keeps, deleted: collect all -> decide (release/policy) ->
// delete one after the other. Deletes by tag. Where a registry can delete only by digest, it does
// that if no tag that stays has the digest, and never with Gitea, where it would take other tags
// along. Stops at the first thing that is not as it was when the plan was made.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "registry/repository.h"
#include "release/policy/retention.h"

namespace cooper::release {

// Every tag of the repository with what the rules need to know of it; all pages are read before
// this returns. Throws base::Error; not_found when there is no such repository.
[[nodiscard]] std::vector<TagFacts> collect_tags(const registry::Repository& repository,
                                                 const RetentionRules& rules, std::stop_token stop);

// Deletes what `plan` dooms; `deleted` is called after each tag that is gone. Throws base::Error at
// the first surprise, with what was deleted before already told.
void delete_doomed(const registry::Repository& repository, const std::vector<Verdict>& plan,
                   const std::function<void(const Verdict&)>& deleted, std::stop_token stop);

}  // namespace cooper::release
