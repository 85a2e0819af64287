// What git's index does for work trees: (device, inode, size, mtime, ctime, mode) of a file -> its
// content digest and extended attributes, so an unchanged file is not read again. A file that
// changed in the very moment it was read ("racily clean") is not noted, so what is noted can be
// trusted while its stat does not change.
//
// One index per context directory, kept as a record of the store. Thread-safe.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/sha256.h"
#include "builder/store/store.h"

namespace cooper::context {

// What the index knows of a regular file. `xattrs`: those that a COPY keeps.
struct IndexedFile {
  base::Sha256Bytes digest{};
  std::map<std::string, std::string> xattrs = {};
  bool operator==(const IndexedFile&) const = default;
};

// A point in time as the file systems of this machine stamp it; nanoseconds since 1970.
struct FileMoment {
  std::int64_t nanoseconds = 0;
  [[nodiscard]] static FileMoment now();
};

class StatIndex {
 public:
  // `directory` is the context's absolute path; a damaged or absent record gives an empty index.
  [[nodiscard]] static StatIndex load(const store::Store& store, const std::string& directory);
  // An index that is nobody's: for a context that was unpacked for one build.
  StatIndex();
  StatIndex(StatIndex&&) noexcept;
  StatIndex& operator=(StatIndex&&) noexcept;
  ~StatIndex();

  [[nodiscard]] std::optional<IndexedFile> find(std::string_view path,
                                                const struct stat& status) const;
  // `began`: before `status` was taken and the file was read. Does nothing if the file may have
  // changed since without a trace.
  void note(std::string_view path, const struct stat& status, FileMoment began,
            const IndexedFile& file);
  // Writes the record if anything was noted since load(). What was not asked for in this run is
  // kept unless it is the greater part by far.
  void save(const store::Store& store);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cooper::context
