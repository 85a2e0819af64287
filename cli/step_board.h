// What is known of the steps of a running build: the state the renderers draw. Not thread-safe.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/progress.h"

namespace cooper::cli {

struct BoardStep {
  std::string label;       // "[app 3/7] RUN make", safe to print
  std::string short_name;  // "[app 3/7]"
  bool runs = false;       // RUN
  bool work = false;       // not a base image
};

struct RunningStep {
  ProgressClock::time_point started;
  std::deque<std::string> last_lines;  // safe to print
  bool waiting = false;                // for another build
};

class StepBoard {
 public:
  static constexpr std::size_t kLastLines = 20;

  // Takes copies: the plan need not outlive the call.
  void set_plan(const plan::Plan& plan);
  void start(plan::StepId step, ProgressClock::time_point now);
  void wait(plan::StepId step, ProgressClock::time_point now);
  void add_line(plan::StepId step, const std::string& line);
  void cached(plan::StepId step);
  void finish(plan::StepId step);
  // The step that failed; its last lines stay.
  void fail(plan::StepId step, const std::string& message);
  void cancel(plan::StepId step) { running_.erase(step); }

  [[nodiscard]] const BoardStep& step(plan::StepId step) const;
  [[nodiscard]] const std::map<plan::StepId, RunningStep>& running() const { return running_; }
  [[nodiscard]] double seconds_of(plan::StepId step, ProgressClock::time_point now) const;
  [[nodiscard]] std::size_t total() const { return total_; }
  [[nodiscard]] std::size_t done() const { return done_; }
  [[nodiscard]] std::size_t cached_count() const { return cached_; }

  struct Failure {
    plan::StepId step = 0;
    std::string message;
    std::deque<std::string> last_lines;
  };
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }

  // One line each, in the order of the Dockerfiles, none twice: "warning: ...".
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

  // True once: when `step` is the first RUN of this build that really runs.
  [[nodiscard]] bool first_run(plan::StepId step);

 private:
  std::vector<BoardStep> steps_;
  std::map<plan::StepId, RunningStep> running_;
  std::vector<std::string> warnings_;
  std::optional<Failure> failure_;
  std::size_t total_ = 0, done_ = 0, cached_ = 0;
  bool ran_ = false;
};

// Why a step that was done before is done again: "src/a.php changed". "" when it is new.
[[nodiscard]] std::string why_rebuilt(const engine::StepStarted& started);

// "warning: UndefinedVar: ... (Dockerfile:3)", one for each diagnostic and each unused build
// argument.
[[nodiscard]] std::vector<std::string> warning_lines(const plan::Plan& plan);

}  // namespace cooper::cli
