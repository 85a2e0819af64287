// RUN: a process in the sandbox on top of the parent's layers -> the layer of what it changed.
#pragma once

#include "builder/engine/step_inputs.h"
#include "builder/engine/workshop.h"

namespace cooper::engine {

// As CopyStep: `quick` when every mount from outside is a stage's.
[[nodiscard]] cache::KeyParts run_step_key(Workshop& shop, const plan::Step& step,
                                           StepInputs& inputs, bool quick);
[[nodiscard]] bool has_stage_mounts(const plan::RunOp& op);

// Throws base::Error(step_failed) with the exit status and the last lines when the process fails.
[[nodiscard]] layer::WrittenLayer run_step(Workshop& shop, const plan::Step& step,
                                           StepInputs& inputs);

}  // namespace cooper::engine
