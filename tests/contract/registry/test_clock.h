// A clock that stands still until somebody sleeps.
#pragma once

#include <mutex>
#include <vector>

#include "registry/http/clock.h"

namespace cooper::test {

class TestClock final : public http::Clock {
 public:
  TimePoint now() override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  std::int64_t unix_seconds() override { return 1'800'000'000; }
  void sleep(std::chrono::milliseconds time, std::stop_token) override {
    const std::lock_guard lock(mutex_);
    now_ += time;
    sleeps_.push_back(time);
  }
  double chance() override { return 0.5; }

  void advance(std::chrono::milliseconds time) {
    const std::lock_guard lock(mutex_);
    now_ += time;
  }
  std::vector<std::chrono::milliseconds> sleeps() {
    const std::lock_guard lock(mutex_);
    return sleeps_;
  }

 private:
  std::mutex mutex_;
  TimePoint now_{};
  std::vector<std::chrono::milliseconds> sleeps_;
};

}  // namespace cooper::test
