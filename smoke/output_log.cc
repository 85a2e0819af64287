#include "smoke/output_log.h"

#include <algorithm>

namespace cooper::smoke {

OutputLog::OutputLog() : splitter_([this](int, std::string line) { keep(std::move(line)); }) {}

void OutputLog::keep(std::string line) {
  bytes_ += line.size() + 1;
  lines_.push_back(std::move(line));
  while (bytes_ > kMaxBytes && !lines_.empty()) {
    bytes_ -= lines_.front().size() + 1;
    lines_.pop_front();
  }
}

void OutputLog::add(int stream, std::string_view bytes) {
  const std::lock_guard guard(mutex_);
  splitter_.add(stream, bytes);
}

void OutputLog::finish() {
  const std::lock_guard guard(mutex_);
  splitter_.finish();
}

bool OutputLog::matches(const Pattern& pattern) const {
  const std::lock_guard guard(mutex_);
  return std::ranges::any_of(lines_,
                             [&](const std::string& line) { return pattern.found_in(line); });
}

std::vector<std::string> OutputLog::last_lines(std::size_t count) const {
  const std::lock_guard guard(mutex_);
  const std::size_t first = lines_.size() > count ? lines_.size() - count : 0;
  return {lines_.begin() + static_cast<std::ptrdiff_t>(first), lines_.end()};
}

}  // namespace cooper::smoke
