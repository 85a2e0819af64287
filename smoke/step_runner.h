// Carries out the steps of a smoke test, in order, up to the first that does not hold.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "smoke/pod.h"
#include "smoke/smoke_file.h"

namespace cooper::smoke {

struct StepResult {
  std::string step;  // describe()
  bool held = false;
  Milliseconds time{0};
  std::string detail;  // why it did not hold; of one that held, what is worth telling ("3 assets")
};

using StepSink = std::function<void(const StepResult&)>;

// `on_result` is called after each step. Throws base::Error(cancelled) only.
[[nodiscard]] std::vector<StepResult> run_steps(const std::vector<Step>& steps, Pod& pod,
                                                const StepSink& on_result);

// "status 3", "signal SIGKILL".
[[nodiscard]] std::string describe(const sandbox::ExitStatus& status);

}  // namespace cooper::smoke
