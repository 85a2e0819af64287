// Which stages a target needs (row F5), and which outside images those name.
#pragma once

#include <set>
#include <vector>

#include "builder/plan/stage_instructions.h"

namespace cooper::plan {

struct ReachableStages {
  std::set<std::size_t> stages;  // the target's included; a stage needs smaller ones only
  std::vector<ExternalImage> images;
};

// Throws base::Error(usage) with a place for a source that cannot be meant.
[[nodiscard]] ReachableStages reachable_stages(const StageTable& table,
                                               const ResolvedImages& resolved,
                                               const EarlierTables& tables);

// A table for each request, in order. Throws base::Error(usage): two requests of one name; a
// "target:" context that is not an earlier request.
class RequestTables {
 public:
  RequestTables(const std::vector<TargetRequest>& requests, Remarks& remarks);
  [[nodiscard]] const StageTable& at(std::size_t request) const { return tables_.at(request); }
  [[nodiscard]] const EarlierTables& by_name() const noexcept { return by_name_; }

 private:
  std::vector<StageTable> tables_;
  EarlierTables by_name_;
};

}  // namespace cooper::plan
