// Time and chance as a value handed in, so that tests of waiting do not wait.
#pragma once

#include <chrono>
#include <stop_token>

namespace cooper::http {

class Clock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual TimePoint now() = 0;
  // Seconds since 1970, for dates in Retry-After.
  [[nodiscard]] virtual std::int64_t unix_seconds() = 0;
  // Returns early when `stop` is requested.
  virtual void sleep(std::chrono::milliseconds time, std::stop_token stop) = 0;
  // Uniform in [0, 1).
  [[nodiscard]] virtual double chance() = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() override;
  [[nodiscard]] std::int64_t unix_seconds() override;
  void sleep(std::chrono::milliseconds time, std::stop_token stop) override;
  [[nodiscard]] double chance() override;
};

}  // namespace cooper::http
