#include "base/host_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/error.h"
#include "base/source.h"

namespace cooper::base {

std::optional<std::string> try_read_host_file(const std::string& path, std::uint64_t limit) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (fd < 0) throw_errno("read", path);
  FdSource source(Fd(fd), path);
  struct stat status = {};
  if (::fstat(fd, &status) != 0) throw_errno("read", path);
  if (!S_ISREG(status.st_mode)) throw Error(ErrorKind::usage, "read", path, "not a regular file");
  return read_all(source, limit, path);
}

}  // namespace cooper::base
