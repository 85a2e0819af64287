// Executes a BuildGraph: every step as soon as its inputs are there, several at once; the first
// failure stops the rest.
#pragma once

#include <stop_token>
#include <vector>

#include "builder/engine/event.h"
#include "builder/engine/step_executor.h"
#include "builder/plan/build_graph.h"

namespace cooper::engine {

// Results by step id. `jobs` 0: enough for the machine. Throws the first failure as base::Error
// with the step's place in its Dockerfile, after all running steps have ended; Error(cancelled)
// when `stop` was requested.
[[nodiscard]] std::vector<StepResult> execute(const plan::BuildGraph& graph, StepExecutor& executor,
                                              unsigned jobs, const EventSink& events,
                                              std::stop_token stop);

}  // namespace cooper::engine
