#include "builder/cache/step_log_reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file_at.h"
#include "base/source.h"

namespace cooper::cache {
namespace {

std::uint64_t inode_of(const base::Fd& file, const std::string& name) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) base::throw_errno("look at log", name);
  return status.st_ino;
}

}  // namespace

StepLogReader::StepLogReader(const store::Store& store, const std::string& build, std::size_t step)
    : store_(store), name_(build + "/" + std::to_string(step + 1)) {}

void StepLogReader::read(const std::function<void(const LogLine&)>& line,
                         const std::function<void()>& cut) {
  if (!file_) {
    auto head = base::try_open_at(store_.directory(StepLogs::kFolder).get(), name_, O_RDONLY);
    if (!head) return;
    file_ = std::move(*head);
    inode_ = inode_of(file_, name_);
  }
  do drain(line);
  while (open_next(cut, line));
}

void StepLogReader::drain(const std::function<void(const LogLine&)>& line) {
  base::FdSource source(file_.duplicate(), name_);
  read_log_lines(source, rest_, line);
}

// The newest file of the log's end, if that is another one than is read now.
bool StepLogReader::open_next(const std::function<void()>& cut,
                              const std::function<void(const LogLine&)>& line) {
  const base::Fd all = store_.directory(StepLogs::kFolder);
  auto newer = base::try_open_at(all.get(), name_ + StepLogs::kNew, O_RDONLY);
  if (!newer) return false;
  const std::uint64_t inode = inode_of(*newer, name_);
  if (inode == inode_) return false;
  drain(line);  // what came before the writer turned to the new one
  const auto older = base::try_stat_at(all.get(), name_ + StepLogs::kOld);
  const bool follows = older ? older->st_ino == inode_ : !in_tail_;
  if (!follows) cut();
  rest_.clear();
  file_ = std::move(*newer);
  inode_ = inode;
  in_tail_ = true;
  return true;
}

}  // namespace cooper::cache
