// One file of a directory tree as an Entry: what it is, never following a link, with its descriptor
// where it has bytes to read.
#pragma once

#include <sys/types.h>
#include <time.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/fd.h"
#include "builder/layer/layer_index.h"

namespace cooper::layer {

struct DiskEntry {
  Entry entry;  // a 0:0 character device comes as a whiteout; content is not known
  base::Fd fd;  // files and directories: open for reading
  dev_t device = 0;
  ino_t inode = 0;
  std::uint64_t links = 1;
  timespec changed{};  // ctime
};

// `name` in the directory `parent`, as the entry called `path`. nullopt when it is gone. Throws
// base::Error.
[[nodiscard]] std::optional<DiskEntry> read_disk_entry(int parent, const std::string& name,
                                                       std::string path);
// The directory `fd` itself.
[[nodiscard]] DiskEntry read_disk_directory(base::Fd fd, std::string path);

// When a directory was born, where the file system notes it.
[[nodiscard]] std::optional<timespec> birth_of(const DiskEntry& disk);

// The bytes of a regular file have this digest; it is read from its beginning, and rewound.
[[nodiscard]] bool has_content(const DiskEntry& file, const base::Sha256Bytes& digest);

// The first path by which each inode with several names was seen.
class FirstNames {
 public:
  // nullopt: `path` is the first, and noted as such.
  [[nodiscard]] std::optional<std::string> find_or_note(const DiskEntry& file);

 private:
  std::map<std::pair<dev_t, ino_t>, std::string> names_;
};

}  // namespace cooper::layer
