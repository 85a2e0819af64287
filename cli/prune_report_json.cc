#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/prune_report.h"

namespace cooper::cli {

std::string prune_json(const std::string& repository, bool dry_run,
                       const std::vector<release::Verdict>& plan,
                       const std::vector<std::string>& deleted) {
  using Json = nlohmann::ordered_json;
  Json tags = Json::array();
  std::size_t doomed = 0;
  for (const release::Verdict& verdict : plan) {
    Json one = {{"tag", verdict.tag}};
    if (verdict.version) one["role"] = verdict.role;
    if (verdict.digest) one["digest"] = verdict.digest->to_string();
    one["doomed"] = verdict.doomed;
    one["deleted"] = std::ranges::find(deleted, verdict.tag) != deleted.end();
    one["reason"] = verdict.reason;
    tags.push_back(std::move(one));
    doomed += verdict.doomed ? 1U : 0U;
  }
  const Json document = {{"repository", repository},     {"dryRun", dry_run},
                         {"kept", plan.size() - doomed}, {"doomed", doomed},
                         {"deleted", deleted.size()},    {"tags", std::move(tags)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cooper::cli
