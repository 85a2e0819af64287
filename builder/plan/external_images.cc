#include "builder/plan/reachable_stages.h"

namespace cooper::plan {

std::vector<ExternalImage> list_external_images(const std::vector<TargetRequest>& requests,
                                                const ResolvedImages& resolved) {
  Remarks remarks;  // make_plan says them
  const RequestTables tables(requests, remarks);
  std::set<ExternalImage> missing;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto reach = reachable_stages(tables.at(i), resolved, tables.by_name());
    for (const ExternalImage& image : reach.images) {
      if (resolved.count(image.key) == 0) missing.insert(image);
    }
  }
  return {missing.begin(), missing.end()};
}

}  // namespace cooper::plan
