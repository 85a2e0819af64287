// Progress as plain lines: "#5 [app 3/7] RUN make", "#5 0.8 output", "#5 CACHED", "#5 DONE 1.2s". Every line of a step's output
// has the step's number before it and its control bytes escaped, so no output can pass for a command to a CI system's log.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <mutex>

#include "cli/progress.h"

namespace cooper::cli {

class PlainProgress final : public Progress {
 public:
  // `quiet`: nothing is written but the last lines of a step that failed.
  explicit PlainProgress(bool quiet) : quiet_(quiet) {}

  void on_plan(const plan::Plan& plan) override;
  void on_event(const engine::Event& event) override;
  void finish(bool succeeded) override;

 private:
  void line(plan::StepId step, const std::string& text);
  void headline(plan::StepId step);
  [[nodiscard]] std::string elapsed(plan::StepId step) const;

  using Clock = std::chrono::steady_clock;
  bool quiet_;
  std::mutex mutex_;
  const plan::BuildGraph* graph_ = nullptr;
  std::map<plan::StepId, Clock::time_point> started_;
  std::map<plan::StepId, std::deque<std::string>> last_lines_;
};

}  // namespace cooper::cli
