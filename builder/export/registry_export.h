// Images into registries: one push session per repository for all images of the invocation.
#pragma once

#include <stop_token>
#include <vector>

#include "builder/export/export_images.h"

namespace cooper::export_ {

// `jobs` are of Kind::registry; outcomes[i] belongs to jobs[i].
[[nodiscard]] std::vector<ExportOutcome> push_images(const std::vector<ExportJob>& jobs,
                                                     const ExportTools& tools,
                                                     std::stop_token stop);

}  // namespace cooper::export_
