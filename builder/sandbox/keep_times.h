// Keeps a directory's times over a change of its entries. The descriptor is the caller's and
// outlives this; O_PATH is enough. Where the times cannot be read or set they are left as they are.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <array>

namespace cooper::sandbox {

class KeepTimes {
 public:
  explicit KeepTimes(int directory) : directory_(directory) {
    known_ = fstat(directory, &status_) == 0;
  }
  KeepTimes(const KeepTimes&) = delete;
  KeepTimes& operator=(const KeepTimes&) = delete;
  ~KeepTimes() {
    const std::array<timespec, 2> times{status_.st_atim, status_.st_mtim};
    if (known_) utimensat(directory_, ".", times.data(), 0);
  }

 private:
  int directory_;
  bool known_;
  struct stat status_ {};
};

}  // namespace cooper::sandbox
