#include "builder/cache/running_builds.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>

#include "base/error.h"
#include "base/file_at.h"
#include "base/source.h"
#include "builder/cache/step_logs.h"

namespace cooper::cache {
namespace {

constexpr std::uint64_t kMaxRecord = std::uint64_t{64} << 20;

// Not kept: it is only tried.
bool is_locked(const base::Fd& folder) {
  return ::flock(folder.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace

std::vector<BuildRecord> RunningBuilds::list() const {
  const base::Fd all = store_.directory(StepLogs::kFolder);
  std::vector<std::string> ids = base::list_directory(all.get(), StepLogs::kFolder);
  std::sort(ids.rbegin(), ids.rend());
  std::vector<BuildRecord> builds;
  for (const std::string& id : ids) {
    const auto folder = base::try_open_at(all.get(), id, O_RDONLY | O_DIRECTORY);
    if (!folder || !is_locked(*folder)) continue;
    auto file = base::try_open_at(folder->get(), kRecord, O_RDONLY);
    if (!file) continue;
    base::FdSource source(std::move(*file), id);
    if (auto build = try_parse_build_record(base::read_all(source, kMaxRecord, id), id))
      builds.push_back(std::move(*build));
  }
  return builds;
}

bool RunningBuilds::runs(const std::string& id) const {
  const auto folder =
      base::try_open_at(store_.directory(StepLogs::kFolder).get(), id, O_RDONLY | O_DIRECTORY);
  return folder && is_locked(*folder);
}

}  // namespace cooper::cache
