#include "builder/upkeep/recovery.h"

#include <sys/stat.h>

#include <algorithm>
#include <ctime>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/upkeep/check_item.h"

namespace cooper::upkeep {
namespace {

constexpr const char* kKind = "upkeep";
constexpr const char* kBoot = "boot";  // the boot in which somebody looked last
constexpr std::int64_t kUnwritten = 10 * 60;

bool was_done(const store::Store& store) {
  return store.read_record(kKind, kBoot) == store.boot() + "\n";
}

void add_files(const store::Store& store, Place place, const std::string& kind,
               const std::string& folder, std::vector<DiskItem>& items) {
  const auto directory = base::try_open_at(store.root_fd(), folder, O_RDONLY | O_DIRECTORY);
  if (!directory) return;
  for (const std::string& name : base::list_directory(directory->get(), folder)) {
    const auto status = base::try_stat_at(directory->get(), name);
    if (!status || !S_ISREG(status->st_mode)) continue;
    items.push_back(
        {place, kind, name, static_cast<std::uint64_t>(status->st_size), status->st_mtim.tv_sec});
  }
}

std::vector<DiskItem> files_of(const store::Store& store) {
  std::vector<DiskItem> items;
  add_files(store, Place::blob, "", "blobs/sha256", items);
  const std::string records = "cooper/records";
  const auto directory = base::try_open_at(store.root_fd(), records, O_RDONLY | O_DIRECTORY);
  if (!directory) return items;
  for (const std::string& kind : base::list_directory(directory->get(), records))
    add_files(store, Place::record, kind, records + "/" + kind, items);
  return items;
}

// A clock that is wrong for once does not hide everything else.
std::int64_t last_writing(const std::vector<DiskItem>& items) {
  std::int64_t last = 0;
  for (const DiskItem& item : items) last = std::max(last, item.changed);
  return std::min(last, static_cast<std::int64_t>(::time(nullptr)));
}

// What a process was about to put in the place of index.json when it ended. A young one may be that
// of a process that lives; the next time it is old.
void remove_unfinished(const store::Store& store) {
  for (const std::string& name : base::list_directory(store.root_fd(), store.path())) {
    if (!name.starts_with("index.json.") && !name.starts_with("oci-layout.")) continue;
    const auto status = base::try_stat_at(store.root_fd(), name);
    if (status && status->st_mtim.tv_sec < ::time(nullptr) - kUnwritten)
      base::remove_tree_at(store.root_fd(), name);
  }
}

}  // namespace

std::vector<std::string> recover(const store::Store& store) {
  if (was_done(store)) return {};
  const store::Lock guard = store.lock(kKind, "recovery", {});
  if (was_done(store)) return {};
  remove_unfinished(store);
  // Nobody flushes layers' directories, so none outlives its boot.
  for (const char* prefix : {"snapshots-", "user-snapshots-", "plain-snapshots-"})
    store.remove_directories(prefix, prefix + store.boot());
  std::vector<std::string> removed;
  const std::vector<DiskItem> items = files_of(store);
  const std::int64_t since = last_writing(items) - kUnwritten;
  for (const DiskItem& item : items) {
    if (item.changed < since && item.bytes > 0) continue;
    if (what_is_wrong(store, item).empty()) continue;
    base::remove_tree_at(store.root_fd(), item.path());
    removed.push_back(item.path());
  }
  store.write_record(kKind, kBoot, store.boot() + "\n");
  return removed;
}

}  // namespace cooper::upkeep
