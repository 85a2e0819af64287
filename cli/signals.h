// SIGINT, SIGTERM and SIGHUP become a stop request; a second one ends the process at once (the
// kernel then kills the steps).
#pragma once

#include <stop_token>
#include <thread>

namespace cooper::cli {

class Signals {
 public:
  // Blocks the signals in this thread, and so in all threads started later. One object, made by
  // main().
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }
  // The signal that came, 0 if none.
  [[nodiscard]] int received() const;

 private:
  std::stop_source stop_;
  std::jthread thread_;
};

}  // namespace cooper::cli
