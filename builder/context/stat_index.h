// What git's index does for work trees: (device, inode, size, mtime, ctime, mode) of a file -> its content digest, so an unchanged file
// is not read again. An entry whose mtime or ctime is not older than the moment it was noted ("racily clean") is not trusted.
//
// One index per context directory, kept as a record of the store. Thread-safe.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/sha256.h"
#include "builder/store/store.h"

namespace cooper::context {

class StatIndex {
 public:
  // `directory` is the context's absolute path; a damaged or absent record gives an empty index.
  [[nodiscard]] static StatIndex load(const store::Store& store, const std::string& directory);
  StatIndex(StatIndex&&) noexcept;
  StatIndex& operator=(StatIndex&&) noexcept;
  ~StatIndex();

  [[nodiscard]] std::optional<base::Sha256Bytes> find(std::string_view path, const struct stat& status) const;
  void note(std::string_view path, const struct stat& status, const base::Sha256Bytes& digest);
  // Writes the record if anything was noted since load().
  void save(const store::Store& store);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cooper::context
