// A whole smoke test: start, steps, report.
#pragma once

#include <string>
#include <vector>

#include "smoke/image_pod.h"
#include "smoke/smoke_file.h"
#include "smoke/step_runner.h"

namespace cooper::smoke {

struct Report {
  std::string image;
  std::string digest;  // of its manifest
  bool passed = false;
  Milliseconds time{0};
  std::vector<StepResult> steps;   // the start first
  std::vector<ContainerLog> logs;  // when it did not pass: the last lines of each container
};

// Nothing is left running when it returns or throws. Throws base::Error(cancelled) on a stop; any
// other error of the set-up is the first step's failure.
[[nodiscard]] Report run_smoke(const Target& target, const PodImages& images, const PodTools& tools,
                               const StepSink& on_result);

// One object, indented, with a newline at its end.
[[nodiscard]] std::string to_json(const Report& report);

}  // namespace cooper::smoke
