// Every byte of a store on the disk, as du counts: blocks, a file with several names once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "builder/store/store.h"

namespace cooper::upkeep {

enum class Place {
  blob,        // blobs/sha256/<name>
  record,      // cooper/records/<folder>/<name>
  snapshot,    // cooper/<folder>/<name>
  mount,       // cooper/mounts/<name>
  log,         // cooper/logs/<name>: of a build
  failed,      // cooper/failed/<name>: a step that was kept
  quarantine,  // cooper/quarantine/<name>
  temporary,   // cooper/tmp/<name>
  other,       // index.json, stamps, locks, and the directories themselves
};
[[nodiscard]] std::string_view to_string(Place place);

struct DiskItem {
  Place place = Place::other;
  std::string folder;  // kind of record; directory of snapshots
  std::string name;
  std::uint64_t bytes = 0;                 // on the disk, everything below it included
  std::int64_t changed = 0;                // mtime, seconds
  [[nodiscard]] std::string path() const;  // below the store's root
};

struct DiskUse {
  std::vector<DiskItem> items;
  [[nodiscard]] std::uint64_t total() const;
};

// What vanishes meanwhile is left out. Throws base::Error.
[[nodiscard]] DiskUse measure(const store::Store& store);

// The paths of all blobs and snapshots: what makes a store large. Nothing is measured.
[[nodiscard]] std::vector<std::string> large_things(const store::Store& store);
// What one path below the root takes; 0 when it is gone.
[[nodiscard]] std::uint64_t measure_one(const store::Store& store, const std::string& path);

// Of the file system the store lies on.
[[nodiscard]] std::uint64_t free_bytes(const store::Store& store);
[[nodiscard]] std::uint64_t file_system_bytes(const store::Store& store);

}  // namespace cooper::upkeep
