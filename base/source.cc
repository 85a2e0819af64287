#include "base/source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/error.h"

namespace cooper::base {

std::size_t FdSource::read(std::span<std::byte> buffer) {
  for (;;) {
    const ssize_t count = ::read(fd_.get(), buffer.data(), buffer.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) throw_errno("read", name_);
  }
}

std::size_t StringSource::read(std::span<std::byte> buffer) {
  const std::size_t count = std::min(buffer.size(), rest_.size());
  if (count > 0) std::memcpy(buffer.data(), rest_.data(), count);
  rest_.remove_prefix(count);
  return count;
}

std::size_t LimitedSource::read(std::span<std::byte> buffer) {
  const std::size_t count = inner_.read(buffer);
  if (count > left_) throw Error(ErrorKind::limit, "read", name_, "larger than its limit");
  left_ -= count;
  return count;
}

std::string read_all(Source& source, std::uint64_t limit, const std::string& name) {
  LimitedSource limited(source, limit, name);
  std::string out;
  std::vector<std::byte> buffer(64 * 1024);
  while (const std::size_t count = limited.read(buffer)) out += as_text({buffer.data(), count});
  return out;
}

}  // namespace cooper::base
