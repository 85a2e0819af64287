// Progress on a terminal: finished steps scroll up, below them a table of what runs now, redrawn in
// place.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "cli/step_board.h"

namespace cooper::cli {

class TtyProgress final : public Progress {
 public:
  static constexpr std::chrono::milliseconds kRedrawEvery{100};  // at most ten times a second

  explicit TtyProgress(ProgressOptions options);
  ~TtyProgress() override;

  void on_plan(const plan::Plan& plan) override;
  void on_event(const engine::Event& event) override;
  void finish(const BuildEnd& end) override;
  // Redraws if something can have changed and the last time is long enough ago.
  void tick();

 private:
  void take(const engine::Event& event);
  void scroll(const char* colour, const std::string& word, const std::string& text);
  void transfer(const engine::Transfer& one);
  void draw();
  void erase_table(std::string& out) const;
  [[nodiscard]] std::vector<std::string> table() const;
  void add_failure(std::string& out) const;
  [[nodiscard]] std::string painted(const char* colour, const std::string& text) const;

  ProgressOptions options_;
  ProgressClock::time_point begun_, drawn_{};
  std::mutex mutex_;  // guards what follows
  StepBoard board_;
  std::string scrolled_;                               // lines that wait to go above the table
  std::map<std::string, engine::Transfer> transfers_;  // that are under way
  std::size_t table_lines_ = 0;
  bool over_ = false;
  std::condition_variable_any changed_;
  std::jthread ticker_;
};

}  // namespace cooper::cli
