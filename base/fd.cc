#include "base/fd.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"

namespace cooper::base {

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

Fd::~Fd() { reset(); }

void Fd::reset() noexcept {
  const int fd = std::exchange(fd_, -1);
  if (fd >= 0) ::close(fd);
}

Fd Fd::duplicate() const {
  const int copy = ::fcntl(fd_, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) throw_errno("duplicate descriptor", "");
  return Fd(copy);
}

Pipe open_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("open pipe", "");
  return {Fd(ends[0]), Fd(ends[1])};
}

}  // namespace cooper::base
