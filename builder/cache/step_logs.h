// The output of RUN steps, kept on the disk: one directory a build, cooper/logs/<build id>/, in it
// for each step its number, and ".old" and ".new" when the log was cut in the middle.
//
// A line is "<milliseconds since the step began> <stream> <text>\n"; the text is what the step
// wrote, secrets hidden. Of a long log the beginning and the end are kept.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/limits.h"
#include "base/source.h"
#include "builder/store/store.h"

namespace cooper::cache {

struct LogLine {
  std::uint64_t milliseconds = 0;
  int stream = 1;
  std::string text;
};

// Reads what is left of a log file and gives out its whole lines; what came after the last newline
// stays in `rest`, for the next call. The rest of a line that was cut by a kill is left out.
void read_log_lines(base::Source& file, std::string& rest,
                    const std::function<void(const LogLine&)>& line);

struct LogLimits {
  std::uint64_t head = base::limit_of(base::Limit::step_log_bytes) / 2;  // of a step's beginning
  std::uint64_t tail = head / 2;  // of its end that much, up to twice that
  std::uint64_t all = base::limit_of(base::Limit::log_bytes);  // beyond it the oldest builds' go
};

// Writes the logs of one build. Not thread-safe. That a log cannot be written (a full disk) ends no
// build: it stops there.
class StepLogWriter {
 public:
  // `store` outlives it.
  StepLogWriter(const store::Store& store, std::string build, const LogLimits& limits = {});

  // Gives up the announcement.
  ~StepLogWriter();
  StepLogWriter(const StepLogWriter&) = delete;
  StepLogWriter& operator=(const StepLogWriter&) = delete;

  // Others see from now on that this build runs, and what its steps are (running_builds.h).
  void announce(const std::function<std::string()>& record);
  void begin(std::size_t step);
  void add(std::size_t step, int stream, std::string_view line);
  void end(std::size_t step);
  [[nodiscard]] bool has_written() const { return static_cast<bool>(folder_); }

 private:
  struct Log {
    std::chrono::steady_clock::time_point begun;
    base::Fd file;
    std::string name;
    std::uint64_t size = 0;
    bool in_tail = false;
  };
  void open_folder();
  void write(Log& log, const std::string& line);
  void turn(Log& log);

  const store::Store& store_;
  std::string build_;
  LogLimits limits_;
  base::Fd folder_;
  bool announced_ = false;
  std::map<std::size_t, Log> logs_;
};

class StepLogs {
 public:
  static constexpr const char* kFolder = "logs";
  static constexpr const char* kOld = ".old";
  static constexpr const char* kNew = ".new";

  explicit StepLogs(const store::Store& store) : store_(store) {}

  [[nodiscard]] bool has(const std::string& build, std::size_t step) const;
  // Calls `line` for each line, and `cut` where some are left out. False when there is no log.
  bool read(const std::string& build, std::size_t step,
            const std::function<void(const LogLine&)>& line,
            const std::function<void()>& cut) const;
  void remove(const std::string& build) const;
  // Removes the logs of the oldest of `builds` (the newest first) until the rest fits.
  void trim(const std::vector<std::string>& builds, const LogLimits& limits = {}) const;

 private:
  const store::Store& store_;
};

}  // namespace cooper::cache
