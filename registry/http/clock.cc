#include "registry/http/clock.h"

#include <condition_variable>
#include <ctime>
#include <mutex>
#include <random>

namespace cooper::http {

Clock::TimePoint SystemClock::now() { return std::chrono::steady_clock::now(); }

std::int64_t SystemClock::unix_seconds() { return std::time(nullptr); }

void SystemClock::sleep(std::chrono::milliseconds time, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, time, [] { return false; });
}

double SystemClock::chance() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
}

}  // namespace cooper::http
