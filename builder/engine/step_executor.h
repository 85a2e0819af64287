// Where a step runs. A step's inputs and outputs are digests in a blob store and nothing else, so
// an executor may be this machine or, one day, another one that exchanges layers through a
// registry.
#pragma once

#include <span>
#include <stop_token>

#include "builder/engine/workshop.h"
#include "builder/plan/build_graph.h"

namespace cooper::engine {

class StepExecutor {
 public:
  StepExecutor() = default;
  StepExecutor(const StepExecutor&) = delete;
  StepExecutor& operator=(const StepExecutor&) = delete;
  virtual ~StepExecutor() = default;

  // `results` holds the results of all steps with smaller ids that this one reads. Called from
  // several threads.
  [[nodiscard]] virtual StepResult execute(const plan::Step& step,
                                           std::span<const StepResult> results,
                                           std::stop_token stop) = 0;
};

}  // namespace cooper::engine
