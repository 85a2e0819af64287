// A directory of a test's own, removed with everything in it at the end.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "base/error.h"
#include "base/fd.h"
#include "base/file_at.h"

namespace cooper::test {

class TempDirectory {
 public:
  TempDirectory()
      : path_((std::filesystem::temp_directory_path() / "cooper-test-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) base::throw_errno("create directory", path_);
    fd_ = base::open_host_directory(path_);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  base::Fd fd_;
};

}  // namespace cooper::test
