// Preloaded into cooper (LD_PRELOAD): makes one operation on the store fail, to see what is left.
//
//   COOPER_FAULT_ROOT   only operations on files below this directory count
//   COOPER_FAULT_AT     the number of the operation that fails, from 1; 0 or unset: none
//   COOPER_FAULT_KIND   enospc, edquot, eio: it fails with this error, and so do all after it;
//                       eio-once: only this one; eintr: it is interrupted once; short: a write
//                       writes only a part; read-eio, read-eintr, read-short: the same once for a
//                       read (and only reads count)
//   COOPER_FAULT_COUNT  a file that gets a byte for the fault, so that a test knows it happened
//
// Operations: write, fsync, and openat that creates, linkat, renameat, mkdirat, unlinkat; read,
// pread.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<long> operations{0};

const char* setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

// True when the descriptor is a file or directory of the store.
bool is_in_store(int fd) {
  const char* root = setting("COOPER_FAULT_ROOT");
  if (*root == '\0' || fd < 0) return false;
  char link[64], path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = ::readlink(link, path, sizeof path - 1);
  if (length <= 0) return false;
  path[length] = '\0';
  return std::strncmp(path, root, std::strlen(root)) == 0;
}

void tell() {
  const char* path = setting("COOPER_FAULT_COUNT");
  if (*path == '\0') return;
  const int fd = ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return;
  using Write = ssize_t (*)(int, const void*, size_t);
  static_cast<void>(real<Write>("write")(fd, "x", 1));
  ::close(fd);
}

// 0: go on; else the errno to fail with; -1: a part only.
int fault(int fd, bool is_write, bool is_read = false) {
  const long at = std::atol(setting("COOPER_FAULT_AT"));
  if (at <= 0) return 0;
  const char* kind = setting("COOPER_FAULT_KIND");
  const bool of_reads = std::strncmp(kind, "read-", 5) == 0;
  const int saved = errno;
  if (of_reads != is_read || !is_in_store(fd)) {
    errno = saved;
    return 0;
  }
  const long number = ++operations;
  if (of_reads) {
    kind += 5;
    is_write = true;  // may be interrupted, or short
  }
  const bool for_good = std::strcmp(kind, "enospc") == 0 || std::strcmp(kind, "edquot") == 0 ||
                        std::strcmp(kind, "eio") == 0;
  const bool hit = number == at || (for_good && number > at);
  if (hit && number == at) tell();
  errno = saved;
  if (!hit) return 0;
  if (std::strcmp(kind, "enospc") == 0) return ENOSPC;
  if (std::strcmp(kind, "edquot") == 0) return EDQUOT;
  if (std::strcmp(kind, "eintr") == 0) return is_write ? EINTR : 0;
  if (std::strcmp(kind, "short") == 0) return is_write ? -1 : 0;
  return EIO;
}

int failed(int error) {
  errno = error;
  return -1;
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  static const auto next = real<ssize_t (*)(int, const void*, size_t)>("write");
  const int error = fault(fd, true);
  if (error > 0) return failed(error);
  if (error < 0 && size > 1) size /= 2;
  return next(fd, bytes, size);
}

ssize_t read(int fd, void* bytes, size_t size) {
  static const auto next = real<ssize_t (*)(int, void*, size_t)>("read");
  const int error = fault(fd, false, true);
  if (error > 0) return failed(error);
  if (error < 0 && size > 1) size /= 2;
  return next(fd, bytes, size);
}

ssize_t pread64(int fd, void* bytes, size_t size, off64_t offset) {
  static const auto next = real<ssize_t (*)(int, void*, size_t, off64_t)>("pread64");
  const int error = fault(fd, false, true);
  if (error > 0) return failed(error);
  if (error < 0 && size > 1) size /= 2;
  return next(fd, bytes, size, offset);
}

int fsync(int fd) {
  static const auto next = real<int (*)(int)>("fsync");
  const int error = fault(fd, false);
  return error != 0 ? failed(error) : next(fd);
}

int linkat(int from, const char* path, int to, const char* name, int flags) {
  static const auto next = real<int (*)(int, const char*, int, const char*, int)>("linkat");
  const int error = fault(to, false);
  return error != 0 ? failed(error) : next(from, path, to, name, flags);
}

int renameat(int from, const char* path, int to, const char* name) {
  static const auto next = real<int (*)(int, const char*, int, const char*)>("renameat");
  const int error = fault(to, false);
  return error != 0 ? failed(error) : next(from, path, to, name);
}

int mkdirat(int at, const char* name, mode_t mode) {
  static const auto next = real<int (*)(int, const char*, mode_t)>("mkdirat");
  struct stat status = {};
  // One that is there already makes nothing.
  const bool there = ::fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
  const int error = there ? 0 : fault(at, false);
  return error != 0 ? failed(error) : next(at, name, mode);
}

int unlinkat(int at, const char* name, int flags) {
  static const auto next = real<int (*)(int, const char*, int)>("unlinkat");
  // A full disk does not keep anybody from removing.
  const int error = std::strcmp(setting("COOPER_FAULT_KIND"), "enospc") == 0 ? 0 : fault(at, false);
  return error != 0 ? failed(error) : next(at, name, flags);
}

int openat64(int at, const char* name, int flags, ...) {
  static const auto next = real<int (*)(int, const char*, int, ...)>("openat64");
  mode_t mode = 0;
  const bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  if (creates) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
    const int error = fault(at, false);
    if (error != 0) return failed(error);
  }
  return next(at, name, flags, mode);
}

int openat(int at, const char* name, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  return openat64(at, name, flags, mode);
}

}  // extern "C"
