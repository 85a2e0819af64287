// The memory of another process's thread, as far as the kernel lets us: for system calls that are
// answered in its place.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace cooper::sandbox {

class TaskMemory {
 public:
  explicit TaskMemory(pid_t thread) : thread_(thread) {}

  // nullopt or false: it cannot be read or written (gone, or protected from us).
  [[nodiscard]] std::optional<std::string> read_text(std::uint64_t address,
                                                     std::size_t limit) const;
  [[nodiscard]] bool read(std::uint64_t address, void* to, std::size_t size) const;
  [[nodiscard]] bool write(std::uint64_t address, const void* from, std::size_t size) const;

 private:
  pid_t thread_;
};

}  // namespace cooper::sandbox
