// What a build spends its time on: named spans of threads, kept in memory while tracing is on. One
// recorder for the process, because the work happens in every module; a span costs two clock
// readings and one lock. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::base {

// Categories in use: run, copy, hashing, compression, diff, download, unpack, upload, waiting,
// resolve, disk, collection.
struct TraceEvent {
  const char* category;
  std::string name;
  std::uint64_t begin = 0, end = 0;  // microseconds since start_trace()
  unsigned thread = 0;               // counts from 1, in the order threads first appear
};

// Forgets what was recorded before. At most kMaxTraceEvents are kept, later ones are dropped.
inline constexpr std::size_t kMaxTraceEvents = 200'000;
void start_trace();
// Everything so far, by begin; tracing ends.
[[nodiscard]] std::vector<TraceEvent> take_trace();

// From its making to its end; nothing while tracing is off. `category` is a literal.
class Span {
 public:
  Span(const char* category, std::string_view name);
  ~Span();
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;

 private:
  const char* category_;
  std::string name_;
  std::uint64_t begin_ = 0;
  bool on_;
};

}  // namespace cooper::base
