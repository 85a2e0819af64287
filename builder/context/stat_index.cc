#include "builder/context/stat_index.h"

#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "base/error.h"
#include "builder/context/stat_index_file.h"

namespace cooper::context {
namespace {

constexpr std::string_view kRecordKind = "stat-index";
constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t nanoseconds_of(const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; }

FileStamp stamp_of(const struct stat& status) {
  FileStamp stamp;
  stamp.device = status.st_dev;
  stamp.inode = status.st_ino;
  stamp.size = static_cast<std::uint64_t>(status.st_size);
  stamp.mtime = nanoseconds_of(status.st_mtim);
  stamp.ctime = nanoseconds_of(status.st_ctim);
  stamp.mode = status.st_mode;
  return stamp;
}

// A file system without fractions of a second stamps a change up to two seconds too early.
bool is_older_than(const FileStamp& stamp, FileMoment moment) {
  const bool coarse = stamp.mtime % kSecond == 0 && stamp.ctime % kSecond == 0;
  const std::int64_t limit = moment.nanoseconds - (coarse ? 2 * kSecond : 0);
  return stamp.mtime < limit && stamp.ctime < limit;
}

}  // namespace

FileMoment FileMoment::now() {
  timespec time = {};
  // The clock that file systems take their stamps from.
  if (::clock_gettime(CLOCK_REALTIME_COARSE, &time) != 0) base::throw_errno("read the clock", "");
  return {nanoseconds_of(time)};
}

struct StatIndex::State {
  std::string record_name;  // empty: nobody's
  StatIndexFile loaded;     // sorted by path
  std::unique_ptr<std::atomic<bool>[]> used;
  mutable std::mutex mutex;
  std::map<std::string, StatIndexEntry, std::less<>> noted;  // under `mutex`

  void set_loaded(StatIndexFile file) {
    loaded = std::move(file);
    used = std::make_unique<std::atomic<bool>[]>(loaded.size());
  }
};

StatIndex::StatIndex() : state_(std::make_unique<State>()) {}
StatIndex::StatIndex(StatIndex&&) noexcept = default;
StatIndex& StatIndex::operator=(StatIndex&&) noexcept = default;
StatIndex::~StatIndex() = default;

StatIndex StatIndex::load(const store::Store& store, const std::string& directory) {
  StatIndex index;
  index.state_->record_name = base::sha256_hex(directory);
  if (auto bytes = store.read_record(kRecordKind, index.state_->record_name)) {
    if (auto file = StatIndexFile::try_parse(std::move(*bytes))) {
      index.state_->set_loaded(std::move(*file));
    }
  }
  return index;
}

std::optional<IndexedFile> StatIndex::find(std::string_view path, const struct stat& status) const {
  const FileStamp stamp = stamp_of(status);
  if (const auto at = state_->loaded.find(path)) {
    const StatIndexEntry entry = state_->loaded.entry(*at);
    if (entry.stamp == stamp) {
      state_->used[*at].store(true, std::memory_order_relaxed);
      return entry.file;
    }
  }
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->noted.find(path);
  if (found == state_->noted.end() || found->second.stamp != stamp) return std::nullopt;
  return found->second.file;
}

void StatIndex::note(std::string_view path, const struct stat& status, FileMoment began,
                     const IndexedFile& file) {
  const FileStamp stamp = stamp_of(status);
  if (!is_older_than(stamp, began)) return;
  const std::lock_guard lock(state_->mutex);
  state_->noted.insert_or_assign(std::string(path), StatIndexEntry{std::string(path), stamp, file});
}

void StatIndex::save(const store::Store& store) {
  const std::lock_guard lock(state_->mutex);
  if (state_->noted.empty() || state_->record_name.empty()) return;
  const std::size_t loaded = state_->loaded.size();
  std::size_t used = state_->noted.size();
  for (std::size_t i = 0; i < loaded; ++i) used += state_->used[i] ? 1 : 0;
  const bool keep_unused = loaded <= 4 * used + 10'000;
  std::vector<StatIndexEntry> entries;
  entries.reserve(loaded + state_->noted.size());
  for (std::size_t i = 0; i < loaded; ++i) {
    if (!keep_unused && !state_->used[i]) continue;
    StatIndexEntry entry = state_->loaded.entry(i);
    if (!state_->noted.contains(entry.path)) entries.push_back(std::move(entry));
  }
  for (const auto& [path, entry] : state_->noted) entries.push_back(entry);
  const std::string bytes = serialize_stat_index(std::move(entries));
  store.write_record(kRecordKind, state_->record_name, bytes);
  auto file = StatIndexFile::try_parse(bytes);
  if (!file)
    throw base::Error(base::ErrorKind::failure, "write", "stat index", "it does not read back");
  state_->set_loaded(std::move(*file));
  state_->noted.clear();
}

}  // namespace cooper::context
