// What the machine's /proc says of another process, and its user for the file system. Internal to
// this module.
#pragma once

#include <string>

namespace cooper::sandbox {

// "/proc/17"
[[nodiscard]] std::string folder_of(int process);

// What a link says; "" when it cannot be read.
[[nodiscard]] std::string link_text(const std::string& path);

// The process a thread belongs to; 0 when it is gone.
[[nodiscard]] int process_of(int thread);

// Takes on the file system user of a thread while it lives.
class AsUserOf {
 public:
  explicit AsUserOf(int thread);
  AsUserOf(const AsUserOf&) = delete;
  AsUserOf& operator=(const AsUserOf&) = delete;
  ~AsUserOf();

 private:
  bool changed_ = false;
};

}  // namespace cooper::sandbox
