// What a container wrote, in lines, while it runs and afterwards. Thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "builder/engine/line_splitter.h"
#include "smoke/pattern.h"

namespace cooper::smoke {

class OutputLog {
 public:
  static constexpr std::size_t kMaxBytes = 16U << 20;  // beyond, the oldest lines are forgotten

  OutputLog();
  OutputLog(const OutputLog&) = delete;
  OutputLog& operator=(const OutputLog&) = delete;

  void add(int stream, std::string_view bytes);
  // Nothing comes any more: what is left without a newline is a line.
  void finish();

  [[nodiscard]] bool matches(const Pattern& pattern) const;
  [[nodiscard]] std::vector<std::string> last_lines(std::size_t count) const;

 private:
  void keep(std::string line);

  mutable std::mutex mutex_;
  engine::LineSplitter splitter_;
  std::deque<std::string> lines_;
  std::size_t bytes_ = 0;
};

}  // namespace cooper::smoke
