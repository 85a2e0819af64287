// Temporary space: one locked directory a process, with its temporary directories in it; those of
// dead processes (their lock can be taken) are removed by others. Private to builder/store.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"

namespace cooper::store {

// The directory of this process, made with the first use; removed, tree and all, on destruction.
class TempSession {
 public:
  // `temp_directory` outlives the session.
  explicit TempSession(int temp_directory);
  ~TempSession();
  TempSession(const TempSession&) = delete;
  TempSession& operator=(const TempSession&) = delete;

  [[nodiscard]] int fd() const noexcept { return directory_.get(); }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  int temp_;
  std::string name_;
  base::Fd lock_, directory_;
};

// The directories of processes that live.
[[nodiscard]] std::vector<std::string> live_sessions(int temp_directory);

// Never throws for a directory it cannot remove; the next run tries again.
void remove_dead_temp(int temp_directory) noexcept;

}  // namespace cooper::store
