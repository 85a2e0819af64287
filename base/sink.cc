#include "base/sink.h"

#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/error.h"

namespace cooper::base {

void write_all(int fd, std::span<const std::byte> bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      throw_errno("write", name);
    }
  }
}

void FdSink::write(std::span<const std::byte> bytes) { write_all(fd_.get(), bytes, name_); }

std::uint64_t copy(Source& source, Sink& sink) {
  std::vector<std::byte> buffer(256 * 1024);
  std::uint64_t total = 0;
  while (const std::size_t count = source.read(buffer)) {
    sink.write({buffer.data(), count});
    total += count;
  }
  return total;
}

}  // namespace cooper::base
