// Phases 8 to 10: results of steps -> image documents in the store -> destinations -> report.
#pragma once

#include <span>

#include "builder/build.h"
#include "builder/engine/layer_pool.h"
#include "builder/engine/workshop.h"

namespace cooper {

struct FinishedSteps {
  const plan::BuildGraph& graph;
  std::span<const std::size_t> owners;  // by target of the graph: index of the BuildTarget
  std::span<const engine::StepResult> results;
  const cache::UsedSteps& used;
};

[[nodiscard]] BuildReport finish_images(const BuildRequest& request, BuildTools& tools,
                                        const FinishedSteps& steps, engine::LayerPool& layers,
                                        std::stop_token stop);

}  // namespace cooper
