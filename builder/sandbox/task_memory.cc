#include "builder/sandbox/task_memory.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/fd.h"

namespace cooper::sandbox {
namespace {

constexpr std::size_t kPage = 4096;

// process_vm_readv wants our real user to be the process's; /proc asks for the file system user,
// which ProcServer has taken on.
base::Fd open_memory(pid_t thread, int flags) {
  const std::string path = "/proc/" + std::to_string(thread) + "/mem";
  return base::Fd(open(path.c_str(), flags | O_CLOEXEC));
}

}  // namespace

bool TaskMemory::read(std::uint64_t address, void* to, std::size_t size) const {
  const iovec mine{to, size};
  const iovec theirs{reinterpret_cast<void*>(address), size};
  const ssize_t count = process_vm_readv(thread_, &mine, 1, &theirs, 1, 0);
  if (count == static_cast<ssize_t>(size)) return true;
  if (count >= 0 || errno != EPERM) return false;
  const base::Fd memory = open_memory(thread_, O_RDONLY);
  return memory &&
         pread(memory.get(), to, size, static_cast<off_t>(address)) == static_cast<ssize_t>(size);
}

bool TaskMemory::write(std::uint64_t address, const void* from, std::size_t size) const {
  const iovec mine{const_cast<void*>(from), size};
  const iovec theirs{reinterpret_cast<void*>(address), size};
  const ssize_t count = process_vm_writev(thread_, &mine, 1, &theirs, 1, 0);
  if (count == static_cast<ssize_t>(size)) return true;
  if (count >= 0 || errno != EPERM) return false;
  const base::Fd memory = open_memory(thread_, O_RDWR);
  return memory && pwrite(memory.get(), from, size, static_cast<off_t>(address)) ==
                       static_cast<ssize_t>(size);
}

std::optional<std::string> TaskMemory::read_text(std::uint64_t address, std::size_t limit) const {
  std::string text;
  std::array<char, kPage> buffer;
  while (text.size() < limit) {
    // A text may end just before memory that is not there.
    const std::size_t size = std::min<std::size_t>(kPage - address % kPage, limit - text.size());
    if (!read(address, buffer.data(), size)) return std::nullopt;
    const void* end = std::memchr(buffer.data(), 0, size);
    if (end != nullptr) return text.append(buffer.data());
    text.append(buffer.data(), size);
    address += size;
  }
  return std::nullopt;
}

}  // namespace cooper::sandbox
