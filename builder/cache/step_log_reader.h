// The log of one step while it is being written (step_logs.h): each read() goes on where the last
// one ended.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/fd.h"
#include "builder/cache/step_logs.h"

namespace cooper::cache {

class StepLogReader {
 public:
  // `store` outlives it. There need be no log yet.
  StepLogReader(const store::Store& store, const std::string& build, std::size_t step);

  // What was written since; a line that is not whole yet comes with the next call. `cut` is called
  // where lines were left out because the log grew faster than it was read.
  void read(const std::function<void(const LogLine&)>& line, const std::function<void()>& cut);

 private:
  void drain(const std::function<void(const LogLine&)>& line);
  [[nodiscard]] bool open_next(const std::function<void()>& cut,
                               const std::function<void(const LogLine&)>& line);

  const store::Store& store_;
  std::string name_;
  base::Fd file_;
  std::uint64_t inode_ = 0;
  bool in_tail_ = false;
  std::string rest_;
};

}  // namespace cooper::cache
