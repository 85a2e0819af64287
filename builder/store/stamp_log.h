// Which blobs are known to hold the right bytes: an append-only text file, one line a blob, read
// once at opening. A stamp is the blob file's (inode, size, mtime, ctime) and the boot it was noted
// in; a different value, an unreadable line or another boot only means that the blob is hashed
// again before it is trusted. A line "<digest> flushed <stamp>" says besides that the file and its
// name are on the disk. Thread-safe.
#pragma once

#include <sys/stat.h>

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/fd.h"
#include "oci/digest.h"

namespace cooper::store {

class StampLog {
 public:
  explicit StampLog(int directory);

  void note(const oci::Digest& blob, const struct stat& status);
  [[nodiscard]] bool holds(const oci::Digest& blob, const struct stat& status) const;
  void note_flushed(const oci::Digest& blob, const struct stat& status);
  [[nodiscard]] bool is_flushed(const oci::Digest& blob, const struct stat& status) const;
  [[nodiscard]] const std::string& boot() const noexcept { return boot_; }

 private:
  using Stamps = std::unordered_map<std::string, std::string>;  // digest hex -> stamp
  void add(Stamps& to, std::string_view word, const oci::Digest& blob, const struct stat& status);
  [[nodiscard]] bool has(const Stamps& stamps, const oci::Digest& blob,
                         const struct stat& status) const;
  [[nodiscard]] std::string stamp_of(const struct stat& status) const;
  void load(int directory);

  std::string boot_;
  base::Fd log_;
  mutable std::mutex mutex_;
  Stamps stamps_;
  Stamps flushed_;
};

}  // namespace cooper::store
