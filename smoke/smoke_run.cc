#include "smoke/smoke_run.h"

#include "base/error.h"

namespace cooper::smoke {
namespace {

constexpr std::size_t kLogLines = 30;

using Clock = Pod::Clock;

Milliseconds since(Clock::time_point begin) {
  return std::chrono::duration_cast<Milliseconds>(Clock::now() - begin);
}

StepResult start(ImagePod& pod, const Target& target) {
  StepResult result;
  result.step = "start main";
  for (const Sidecar& sidecar : target.sidecars)
    result.step += ", " + base::printable(sidecar.name);
  const auto begin = Clock::now();
  try {
    pod.start();
    result.held = true;
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::cancelled) throw;
    result.detail = error.what();
    if (!error.hint().empty()) result.detail += " (" + error.hint() + ")";
  }
  result.time = since(begin);
  return result;
}

}  // namespace

Report run_smoke(const Target& target, const PodImages& images, const PodTools& tools,
                 const StepSink& on_result) {
  Report report;
  report.image = images.main.name;
  report.digest = images.main.manifest.digest.to_string();
  const auto begin = Clock::now();
  ImagePod pod(target, images, tools);
  report.steps.push_back(start(pod, target));
  on_result(report.steps.back());
  if (report.steps.back().held) {
    for (StepResult& result : run_steps(target.steps, pod, on_result))
      report.steps.push_back(std::move(result));
  }
  report.passed = report.steps.back().held;
  report.time = since(begin);
  if (!report.passed) report.logs = pod.logs(kLogLines);
  return report;
}

}  // namespace cooper::smoke
