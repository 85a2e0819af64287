// Progress for programs: one JSON object a line. Each has "event" and "seconds" since the start;
// docs/cli.md lists them.
#pragma once

#include <mutex>
#include <string>

#include "cli/step_board.h"

namespace cooper::cli {

class JsonProgress final : public Progress {
 public:
  explicit JsonProgress(ProgressOptions options);

  void on_plan(const plan::Plan& plan) override;
  void on_event(const engine::Event& event) override;
  void finish(const BuildEnd& end) override;
  [[nodiscard]] bool tells_errors() const override { return true; }

 private:
  ProgressOptions options_;
  ProgressClock::time_point begun_;
  std::mutex mutex_;
  StepBoard board_;
};

}  // namespace cooper::cli
