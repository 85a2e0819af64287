#include "builder/cache/step_logs.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <optional>

#include "base/error.h"
#include "base/file_at.h"
#include "base/sink.h"
#include "builder/cache/running_builds.h"

namespace cooper::cache {
namespace {

using base::Error;

// "12 1 text"
std::optional<LogLine> parse_line(std::string_view text) {
  LogLine line;
  const char* end = text.data() + text.size();
  const auto time = std::from_chars(text.data(), end, line.milliseconds);
  if (time.ec != std::errc() || time.ptr == end || *time.ptr != ' ') return std::nullopt;
  const auto stream = std::from_chars(time.ptr + 1, end, line.stream);
  if (stream.ec != std::errc() || stream.ptr == end || *stream.ptr != ' ') return std::nullopt;
  line.text.assign(stream.ptr + 1, end);
  return line;
}

void read_lines(base::Fd file, const std::string& name,
                const std::function<void(const LogLine&)>& line) {
  base::FdSource source(std::move(file), name);
  std::string rest;
  read_log_lines(source, rest, line);
}

std::uint64_t bytes_of(int folder) {
  std::uint64_t bytes = 0;
  for (const std::string& name : base::list_directory(folder, "logs")) {
    if (const auto status = base::try_stat_at(folder, name))
      bytes += static_cast<std::uint64_t>(status->st_size);
  }
  return bytes;
}

}  // namespace

void read_log_lines(base::Source& file, std::string& rest,
                    const std::function<void(const LogLine&)>& line) {
  std::array<std::byte, 65536> buffer;
  for (std::size_t count = file.read(buffer); count > 0; count = file.read(buffer)) {
    rest += base::as_text(std::span<const std::byte>(buffer).first(count));
    std::size_t begin = 0;
    for (std::size_t end = rest.find('\n'); end != std::string::npos;
         end = rest.find('\n', begin)) {
      if (const auto parsed = parse_line(std::string_view(rest).substr(begin, end - begin)))
        line(*parsed);
      begin = end + 1;
    }
    rest.erase(0, begin);
  }
}

StepLogWriter::StepLogWriter(const store::Store& store, std::string build, const LogLimits& limits)
    : store_(store), build_(std::move(build)), limits_(limits) {}

StepLogWriter::~StepLogWriter() {
  if (!announced_) return;
  ::unlinkat(folder_.get(), RunningBuilds::kRecord, 0);
  // Stays where a step wrote something.
  ::unlinkat(store_.directory(StepLogs::kFolder).get(), build_.c_str(), AT_REMOVEDIR);
}

void StepLogWriter::announce(const std::function<std::string()>& record) {
  if (announced_) return;
  try {
    open_folder();
    base::write_file_at(folder_.get(), RunningBuilds::kRecord, record());
    // Nobody holds it for longer than it takes to try it.
    announced_ = ::flock(folder_.get(), LOCK_EX) == 0;
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the build goes on unseen
  }
}

void StepLogWriter::begin(std::size_t step) {
  Log log;
  log.begun = std::chrono::steady_clock::now();
  log.name = std::to_string(step + 1);
  logs_.insert_or_assign(step, std::move(log));
}

void StepLogWriter::add(std::size_t step, int stream, std::string_view line) {
  const auto found = logs_.find(step);
  if (found == logs_.end()) return;
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - found->second.begun);
  std::string text = std::to_string(passed.count()) + " " + std::to_string(stream) + " ";
  text += line;
  text += '\n';
  try {
    write(found->second, text);
  } catch (const Error&) {
    logs_.erase(found);
  }
}

void StepLogWriter::open_folder() {
  if (folder_) return;
  const base::Fd all = store_.directory(StepLogs::kFolder);
  store_.hold(StepLogs::kFolder, build_);
  if (::mkdirat(all.get(), build_.c_str(), 0700) != 0 && errno != EEXIST)
    base::throw_errno("create", "log directory");
  folder_ = base::open_at(all.get(), build_, O_RDONLY | O_DIRECTORY);
}

void StepLogWriter::write(Log& log, const std::string& line) {
  open_folder();
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND;
  if (!log.file) log.file = base::open_at(folder_.get(), log.name, kFlags, 0600);
  if (log.size + line.size() > (log.in_tail ? limits_.tail : limits_.head) && log.size > 0)
    turn(log);
  base::write_all(log.file.get(), base::as_bytes(line), log.name);
  log.size += line.size();
}

// The end of a long log is in two files in turn: the newer one and the one before it.
void StepLogWriter::turn(Log& log) {
  const std::string newer = log.name + StepLogs::kNew;
  if (log.in_tail && ::renameat(folder_.get(), newer.c_str(), folder_.get(),
                                (log.name + StepLogs::kOld).c_str()) != 0)
    base::throw_errno("rename", newer);
  log.in_tail = true;
  log.size = 0;
  log.file = base::open_at(folder_.get(), newer, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
}

void StepLogWriter::end(std::size_t step) { logs_.erase(step); }

bool StepLogs::has(const std::string& build, std::size_t step) const {
  return base::try_stat_at(store_.directory(kFolder).get(), build + "/" + std::to_string(step + 1))
      .has_value();
}

bool StepLogs::read(const std::string& build, std::size_t step,
                    const std::function<void(const LogLine&)>& line,
                    const std::function<void()>& cut) const {
  const base::Fd all = store_.directory(kFolder);
  const std::string name = build + "/" + std::to_string(step + 1);
  auto head = base::try_open_at(all.get(), name, O_RDONLY);
  if (!head) return false;
  read_lines(std::move(*head), name, line);
  auto older = base::try_open_at(all.get(), name + kOld, O_RDONLY);
  auto newer = base::try_open_at(all.get(), name + kNew, O_RDONLY);
  if (older) {
    cut();
    read_lines(std::move(*older), name + kOld, line);
  }
  if (newer) read_lines(std::move(*newer), name + kNew, line);
  return true;
}

void StepLogs::remove(const std::string& build) const {
  base::remove_tree_at(store_.directory(kFolder).get(), build);
}

void StepLogs::trim(const std::vector<std::string>& builds, const LogLimits& limits) const {
  const base::Fd all = store_.directory(kFolder);
  std::uint64_t bytes = 0;
  for (const std::string& build : builds) {
    const auto folder = base::try_open_at(all.get(), build, O_RDONLY | O_DIRECTORY);
    if (!folder) continue;
    bytes += bytes_of(folder->get());
    if (bytes > limits.all) base::remove_tree_at(all.get(), build);
  }
}

}  // namespace cooper::cache
