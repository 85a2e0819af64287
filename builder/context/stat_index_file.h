// The record form of a stat index: a binary file that is searched where it lies. For
// builder/context, and for the check of a store.
//
//   "cooper stat index 1\n"  entries sorted by path  SHA-256 of all that
//   entry: u32 length of path, path, u64 device, inode, size, i64 mtime, ctime, u32 mode, digest
//   (32 bytes),
//          u32 number of xattrs, for each: u32 length, name, u32 length, value.          All
//          little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/context/stat_index.h"

namespace cooper::context {

struct FileStamp {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t mtime = 0, ctime = 0;  // nanoseconds
  std::uint32_t mode = 0;
  bool operator==(const FileStamp&) const = default;
};

struct StatIndexEntry {
  std::string path;
  FileStamp stamp;
  IndexedFile file;
};

// A verified record. Reading it costs one hash and one pass over it, and no allocation per entry.
class StatIndexFile {
 public:
  StatIndexFile() = default;
  // nullopt for anything but what serialize_stat_index wrote.
  [[nodiscard]] static std::optional<StatIndexFile> try_parse(std::string bytes);

  [[nodiscard]] std::size_t size() const noexcept { return offsets_.size(); }
  [[nodiscard]] std::optional<std::size_t> find(std::string_view path) const;
  [[nodiscard]] StatIndexEntry entry(std::size_t at) const;

 private:
  [[nodiscard]] std::string_view path(std::size_t at) const;

  std::string bytes_;
  std::vector<std::uint32_t> offsets_;  // of each entry, sorted by path
};

// Any order; of equal paths one is kept.
[[nodiscard]] std::string serialize_stat_index(std::vector<StatIndexEntry> entries);

}  // namespace cooper::context
