// RUN --mount: what each mount shows, for the key and for the sandbox.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "builder/engine/step_inputs.h"
#include "builder/engine/workshop.h"
#include "builder/sandbox/agent_relay.h"
#include "builder/sandbox/sandbox_spec.h"

namespace cooper::engine {

// For each mount that has an input, in order, the digest of what it shows (see cache::run_key).
// `quick`: a stage's mount is named by the identity of the stage instead, which needs no index of
// it.
[[nodiscard]] std::vector<std::string> mount_digests(Workshop& shop, const plan::RunOp& op,
                                                     StepInputs& inputs, bool quick);

// Mounts of a RUN step made ready for one run. Holds locks and temporary copies; lives until the
// step has ended.
struct PreparedMounts {
  std::vector<sandbox::SpecMount> mounts;
  std::vector<std::string> env;            // secrets that are variables: NAME=value
  std::vector<std::string> secret_values;  // never to be shown
  std::vector<store::Lock> locks;
  std::vector<store::TempDirectory> copies;
  std::vector<std::unique_ptr<sandbox::AgentRelay>> relays;  // gone before `copies`
};
[[nodiscard]] PreparedMounts prepare_mounts(Workshop& shop, const plan::Step& step,
                                            StepInputs& inputs);

}  // namespace cooper::engine
