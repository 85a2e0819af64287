// Progress as plain lines: "#5 [app 3/7] RUN make", "#5 [app 3/7] 0.8 output", "#5 [app 3/7]
// CACHED", "#5 [app 3/7] DONE 1.2s". Every line of a step's output has the step before it and its
// control bytes escaped, so no output can pass for a command to a CI system's log.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>

#include "cli/step_board.h"

namespace cooper::cli {

class PlainProgress final : public Progress {
 public:
  // `quiet`: nothing is written but the last lines of a step that failed.
  PlainProgress(ProgressOptions options, bool quiet);

  void on_plan(const plan::Plan& plan) override;
  void on_event(const engine::Event& event) override;
  void finish(const BuildEnd& end) override;

 private:
  void say(const std::string& text);
  void say(plan::StepId step, const std::string& text);
  void headline(plan::StepId step, const std::string& why = {});
  void output(const engine::StepOutput& line);
  void transfer(const engine::Transfer& one);
  void show_failure();
  // True if what the failed step said last stands directly above.
  [[nodiscard]] bool just_said() const;

  ProgressOptions options_;
  bool quiet_;
  ProgressClock::time_point begun_;
  std::mutex mutex_;
  StepBoard board_;
  std::uint64_t lines_ = 0;  // written so far
  std::map<plan::StepId, std::deque<std::uint64_t>>
      at_;                       // which of them were a step's last lines of output
  std::size_t failure_gap_ = 0;  // lines written at the failure itself
};

}  // namespace cooper::cli
