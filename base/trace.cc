#include "base/trace.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>

namespace cooper::base {
namespace {

using Clock = std::chrono::steady_clock;

struct Recorder {
  std::atomic<bool> on = false;
  std::mutex mutex;
  Clock::time_point begun;  // under `mutex`, as all below
  std::vector<TraceEvent> events;
  unsigned threads = 0;
};

Recorder& recorder() {
  static Recorder one;
  return one;
}

std::uint64_t microseconds(Clock::time_point begun) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun).count());
}

unsigned this_thread(Recorder& all) {
  thread_local unsigned number = 0;
  if (number == 0) number = ++all.threads;
  return number;
}

}  // namespace

void start_trace() {
  Recorder& all = recorder();
  const std::lock_guard guard(all.mutex);
  all.events.clear();
  all.begun = Clock::now();
  all.on = true;
}

std::vector<TraceEvent> take_trace() {
  Recorder& all = recorder();
  const std::lock_guard guard(all.mutex);
  all.on = false;
  std::vector<TraceEvent> events = std::move(all.events);
  all.events.clear();
  std::ranges::sort(events, {}, &TraceEvent::begin);
  return events;
}

Span::Span(const char* category, std::string_view name) : category_(category), on_(recorder().on) {
  if (!on_) return;
  name_ = name;
  Recorder& all = recorder();
  const std::lock_guard guard(all.mutex);
  begin_ = microseconds(all.begun);
}

Span::~Span() {
  Recorder& all = recorder();
  if (!on_ || !all.on) return;
  const std::lock_guard guard(all.mutex);
  if (all.events.size() >= kMaxTraceEvents) return;
  all.events.push_back(
      {category_, std::move(name_), begin_, microseconds(all.begun), this_thread(all)});
}

}  // namespace cooper::base
