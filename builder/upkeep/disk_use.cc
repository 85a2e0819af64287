#include "builder/upkeep/disk_use.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <set>
#include <utility>

#include "base/error.h"
#include "base/file_at.h"

namespace cooper::upkeep {
namespace {

constexpr std::uint64_t kBlock = 512;  // of st_blocks, whatever the file system's is

class Measure {
 public:
  explicit Measure(const store::Store& store) : root_(store.root_fd()) {}

  DiskUse run() {
    add_self("");
    for (const char* name : {"oci-layout", "index.json"}) add(Place::other, "", name, name);
    add_folder(Place::blob, "", "blobs/sha256");
    add_self("blobs");
    add_self("cooper");
    for (const std::string& name : names("cooper")) add_cooper(name);
    return std::move(use_);
  }

  std::uint64_t one(const std::string& path) {
    add(Place::other, "", path, path);
    return use_.total();
  }

  std::vector<std::string> large() const {
    std::vector<std::string> paths;
    for (const std::string& name : names("blobs/sha256")) paths.push_back("blobs/sha256/" + name);
    for (const std::string& folder : names("cooper")) {
      if (!is_snapshots(folder)) continue;
      for (const std::string& name : names("cooper/" + folder))
        paths.push_back("cooper/" + folder + "/" + name);
    }
    return paths;
  }

 private:
  static bool is_snapshots(const std::string& folder) {
    return folder.starts_with("snapshots-") || folder.starts_with("user-snapshots-") ||
           folder.starts_with("plain-snapshots-");
  }

  void add_cooper(const std::string& name) {
    const std::string path = "cooper/" + name;
    if (name == "records") {
      add_self(path);
      for (const std::string& kind : names(path))
        add_folder(Place::record, kind, path + "/" + kind);
    } else if (name == "mounts") {
      add_folder(Place::mount, "", path);
    } else if (name == "logs") {
      add_folder(Place::log, "", path);
    } else if (name == "failed") {
      add_folder(Place::failed, "", path);
    } else if (name == "quarantine") {
      add_folder(Place::quarantine, "", path);
    } else if (name == "tmp") {
      add_folder(Place::temporary, "", path);
    } else if (is_snapshots(name)) {
      add_folder(Place::snapshot, name, path);
    } else {
      add(Place::other, "", path, path);
    }
  }

  // A directory: itself is "other", each thing in it an item.
  void add_folder(Place place, const std::string& folder, const std::string& path) {
    add_self(path);
    for (const std::string& name : names(path)) add(place, folder, name, path + "/" + name);
  }

  void add_self(const std::string& path) {
    const auto status = base::try_stat_at(root_, path.empty() ? "." : path);
    if (status)
      use_.items.push_back({Place::other, "", path, count(*status), status->st_mtim.tv_sec});
  }

  void add(Place place, const std::string& folder, const std::string& name,
           const std::string& path) {
    const auto status = base::try_stat_at(root_, path);
    if (!status) return;
    std::uint64_t bytes = count(*status);
    if (S_ISDIR(status->st_mode)) {
      if (const auto directory = base::try_open_at(root_, path, O_RDONLY | O_DIRECTORY))
        bytes += below(directory->get());
    }
    use_.items.push_back({place, folder, name, bytes, status->st_mtim.tv_sec});
  }

  std::uint64_t below(int directory) {
    std::uint64_t bytes = 0;
    for (const std::string& name : base::list_directory(directory, "store")) {
      const auto status = base::try_stat_at(directory, name);
      if (!status) continue;
      bytes += count(*status);
      if (!S_ISDIR(status->st_mode)) continue;
      if (const auto child = base::try_open_at(directory, name, O_RDONLY | O_DIRECTORY))
        bytes += below(child->get());
    }
    return bytes;
  }

  std::uint64_t count(const struct stat& status) {
    const bool seen = status.st_nlink > 1 && !S_ISDIR(status.st_mode) &&
                      !names_seen_.emplace(status.st_dev, status.st_ino).second;
    return seen ? 0 : static_cast<std::uint64_t>(status.st_blocks) * kBlock;
  }

  [[nodiscard]] std::vector<std::string> names(const std::string& path) const {
    const auto directory = base::try_open_at(root_, path, O_RDONLY | O_DIRECTORY);
    return directory ? base::list_directory(directory->get(), path) : std::vector<std::string>();
  }

  int root_;
  DiskUse use_;
  std::set<std::pair<dev_t, ino_t>> names_seen_;
};

struct statvfs status_of(const store::Store& store) {
  struct statvfs status = {};
  if (::fstatvfs(store.root_fd(), &status) != 0) base::throw_errno("measure", store.path());
  return status;
}

}  // namespace

std::string_view to_string(Place place) {
  switch (place) {
    case Place::blob: return "blobs";
    case Place::record: return "records";
    case Place::snapshot: return "snapshots";
    case Place::mount: return "mounts";
    case Place::log: return "logs";
    case Place::failed: return "failed";
    case Place::quarantine: return "quarantine";
    case Place::temporary: return "temporary";
    case Place::other: return "other";
  }
  return "unknown";
}

std::string DiskItem::path() const {
  switch (place) {
    case Place::blob: return "blobs/sha256/" + name;
    case Place::record: return "cooper/records/" + folder + "/" + name;
    case Place::snapshot: return "cooper/" + folder + "/" + name;
    case Place::mount: return "cooper/mounts/" + name;
    case Place::log: return "cooper/logs/" + name;
    case Place::failed: return "cooper/failed/" + name;
    case Place::quarantine: return "cooper/quarantine/" + name;
    case Place::temporary: return "cooper/tmp/" + name;
    case Place::other: return name;
  }
  return name;
}

std::uint64_t DiskUse::total() const {
  std::uint64_t bytes = 0;
  for (const DiskItem& item : items) bytes += item.bytes;
  return bytes;
}

DiskUse measure(const store::Store& store) { return Measure(store).run(); }

std::vector<std::string> large_things(const store::Store& store) { return Measure(store).large(); }

std::uint64_t measure_one(const store::Store& store, const std::string& path) {
  return Measure(store).one(path);
}

std::uint64_t free_bytes(const store::Store& store) {
  const struct statvfs status = status_of(store);
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

std::uint64_t file_system_bytes(const store::Store& store) {
  const struct statvfs status = status_of(store);
  return std::uint64_t{status.f_blocks} * status.f_frsize;
}

}  // namespace cooper::upkeep
