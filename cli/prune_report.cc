#include "cli/prune_report.h"

#include <algorithm>

namespace cooper::cli {

Table prune_table(const std::vector<release::Verdict>& plan) {
  Table table{{"tag", "fate", "digest", "reason"}, {}};
  for (const release::Verdict& verdict : plan) {
    const std::string digest = verdict.digest ? verdict.digest->to_string() : "";
    table.rows.push_back({{verdict.tag},
                          {std::string(verdict.doomed ? "doomed" : "kept")},
                          {digest, digest.empty() ? "-" : digest.substr(0, 19)},
                          {verdict.reason}});
  }
  return table;
}

std::string prune_summary(const std::vector<release::Verdict>& plan, bool deleted) {
  const auto doomed = static_cast<std::size_t>(
      std::ranges::count_if(plan, [](const release::Verdict& one) { return one.doomed; }));
  const auto tags = [](std::size_t count) {
    return std::to_string(count) + (count == 1 ? " tag" : " tags");
  };
  std::string text = tags(plan.size() - doomed) + " kept, ";
  if (deleted) return text + tags(doomed) + " deleted\n";
  text += tags(doomed) + " doomed";
  return text + (doomed == 0 ? "\n" : "; nothing was deleted, --yes does it\n");
}

}  // namespace cooper::cli
