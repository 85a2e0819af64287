#include "builder/upkeep/collection.h"

#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/file_at.h"

namespace cooper::upkeep {
namespace {

constexpr std::size_t kAtOnce = 64;  // entries while nobody may hold more: a few milliseconds

// As store::Store::hold names it.
std::string held_kind(const DiskItem& item) {
  switch (item.place) {
    case Place::blob: return "blobs";
    case Place::record: return item.folder;
    case Place::snapshot: return "snapshots";
    case Place::mount: return "mounts";
    case Place::log: return "logs";
    case Place::failed: return "failed";
    default: return "";
  }
}

class Remover {
 public:
  Remover(const store::Store& store, const Contents& contents)
      : store_(store), contents_(contents), bin_(store.new_temp_directory()) {}

  // Takes the names away; nobody finds the things any more. Files and trees die later.
  bool detach(const Entry& entry, const store::HeldThings& held) {
    for (const std::size_t i : entry.items) {
      const DiskItem& item = contents_.disk.items[i];
      if (held.has(held_kind(item), item.name)) return false;
      // Used by a build that has ended since the plan was made.
      const auto now = item.place == Place::record
                           ? base::try_stat_at(store_.root_fd(), item.path())
                           : std::nullopt;
      if (now && now->st_mtim.tv_sec != item.changed) return false;
    }
    // An image may have been tagged since the plan was made.
    if (entry.kind == EntryKind::layer || entry.kind == EntryKind::leftover) {
      for (const std::size_t i : entry.items) {
        const DiskItem& item = contents_.disk.items[i];
        if (item.place == Place::blob && pinned_.contains(item.name)) return false;
      }
    }
    for (const std::size_t i : entry.items) move(contents_.disk.items[i]);
    return true;
  }

  void set_pinned(std::set<std::string> pinned) { pinned_ = std::move(pinned); }
  void empty_bin() const {
    for (const std::string& name : base::list_directory(bin_.fd(), "removed"))
      base::remove_tree_at(bin_.fd(), name);
  }

 private:
  void move(const DiskItem& item) {
    const std::string name = std::to_string(next_++);
    if (::renameat(store_.root_fd(), item.path().c_str(), bin_.fd(), name.c_str()) != 0 &&
        errno != ENOENT)
      base::throw_errno("remove", item.path());
  }

  const store::Store& store_;
  const Contents& contents_;
  store::TempDirectory bin_;
  std::set<std::string> pinned_;
  std::size_t next_ = 0;
};

}  // namespace

Removed remove(const store::Store& store, const Contents& contents,
               const std::vector<Entry>& entries, const Removals& removals,
               const std::function<bool()>& stop) {
  Remover remover(store, contents);
  Removed removed;
  const auto index = [&] { return base::try_stat_at(store.root_fd(), "index.json"); };
  std::optional<struct stat> seen;
  for (std::size_t begin = 0; begin < removals.list.size(); begin += kAtOnce) {
    if (stop && stop()) break;
    {
      const store::HeldThings held = store.exclude_holders();
      const auto now = index();
      const bool same = seen && now && seen->st_ino == now->st_ino &&
                        seen->st_mtim.tv_sec == now->st_mtim.tv_sec &&
                        seen->st_mtim.tv_nsec == now->st_mtim.tv_nsec;
      if (!same) remover.set_pinned(pinned_blobs(store));
      seen = now;
      const std::size_t end = std::min(begin + kAtOnce, removals.list.size());
      for (std::size_t i = begin; i < end; ++i) {
        const Entry& entry = entries[removals.list[i].entry];
        if (remover.detach(entry, held)) {
          removed.bytes += entry.bytes;
          ++removed.entries;
        } else {
          ++removed.held;
        }
      }
    }
    remover.empty_bin();
  }
  return removed;
}

}  // namespace cooper::upkeep
