// Keeps in the store what a build did (cache::BuildRecord), and what its RUN steps wrote
// (step_logs.h). Destroyed unfinished, it keeps what there is as a build that failed. Thread-safe.
#pragma once

#include <chrono>
#include <mutex>

#include "builder/build.h"
#include "builder/cache/build_record.h"
#include "builder/cache/step_logs.h"
#include "builder/engine/event.h"
#include "builder/open_targets.h"
#include "builder/plan/build_graph.h"
#include "builder/store/store.h"

namespace cooper {

class BuildRecorder {
 public:
  // All outlive the recorder.
  BuildRecorder(const BuildRequest& request, const plan::BuildGraph& graph,
                const OpenTargets& targets, const store::Store& store);
  ~BuildRecorder();
  BuildRecorder(const BuildRecorder&) = delete;
  BuildRecorder& operator=(const BuildRecorder&) = delete;

  void on_event(const engine::Event& event);
  void finish(const BuildReport& report);

 private:
  void write();

  const store::Store& store_;
  std::chrono::steady_clock::time_point begun_;
  std::mutex mutex_;
  cache::BuildRecord record_;
  std::optional<cache::StepLogWriter> logs_;
  bool written_ = false;
};

}  // namespace cooper
