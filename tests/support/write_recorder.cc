// Preloaded into cooper (LD_PRELOAD): writes down, in order, what it does to the files of a store,
// so that power_cut.py can make the store as a power cut at any of these moments may leave it.
//
//   COOPER_RECORD_ROOT  the store: only what is below it counts, and nothing of the layers'
//   directories
//                       and cache mounts, which no other boot of the machine uses
//   COOPER_RECORD_LOG   lines are added to this file: OPERATION ARGUMENTS, separated by tabs, bytes
//   in
//                       hexadecimal digits, files by their inode, names below the store
//
// Operations: create NAME INODE; nameless INODE; write INODE BYTES; truncate INODE; sync INODE;
// syncdir NAME; link INODE NAME; rename FROM TO; mkdir NAME; remove NAME.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>

namespace {

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

const std::string& root() {
  static const char* value = std::getenv("COOPER_RECORD_ROOT");
  static const std::string path = value == nullptr ? "" : value;
  return path;
}

std::string path_of(int fd) {
  if (fd == AT_FDCWD) return "";
  char path[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t length = ::readlink(link.c_str(), path, sizeof path);
  return length <= 0 ? "" : std::string(path, static_cast<std::size_t>(length));
}

bool is_followed(std::string_view name) {
  return name.find("snapshots-") == std::string_view::npos && !name.starts_with("cooper/mounts/");
}

// The name below the store of `name` in the directory `fd`; "" when it is not of interest. "." is
// the store itself.
std::string below_root(int fd, const char* name) {
  if (root().empty()) return "";
  std::string path = *name == '/' ? name : path_of(fd) + "/" + name;
  if (path.ends_with("/.")) path.resize(path.size() - 2);
  if (path == root()) return ".";
  if (!path.starts_with(root() + "/")) return "";
  path.erase(0, root().size() + 1);
  return is_followed(path) ? path : "";
}

std::string inode_of(int fd) {
  struct stat status = {};
  if (::fstat(fd, &status) != 0) return "";
  return std::to_string(status.st_ino);
}

// The inode of an open file of the store; "" of any other.
std::string followed_inode(int fd) {
  if (fd < 0 || root().empty()) return "";
  struct stat status = {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return "";
  const std::string path = path_of(fd);
  if (!path.starts_with(root() + "/") || !is_followed(path.substr(root().size() + 1))) return "";
  return std::to_string(status.st_ino);
}

std::recursive_mutex& turn() {
  static std::recursive_mutex mutex;
  return mutex;
}

void record(const std::string& line) {
  static const char* log = std::getenv("COOPER_RECORD_LOG");
  if (log == nullptr) return;
  static const auto write_real = real<ssize_t (*)(int, const void*, size_t)>("write");
  static const auto open_real = real<int (*)(const char*, int, ...)>("open64");
  const int saved = errno;
  const int fd = open_real(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  const std::string text = line + "\n";
  if (fd < 0 || write_real(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    std::abort();
  ::close(fd);
  errno = saved;
}

std::string hex(const void* bytes, std::size_t size) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(size * 2);
  for (std::size_t i = 0; i < size; ++i) {
    const unsigned char byte = static_cast<const unsigned char*>(bytes)[i];
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

int open_and_record(int at, const char* name, int flags, mode_t mode) {
  static const auto next = real<int (*)(int, const char*, int, ...)>("openat64");
  const bool nameless = (flags & O_TMPFILE) == O_TMPFILE;
  if (!nameless && (flags & (O_CREAT | O_TRUNC)) == 0) return next(at, name, flags, mode);
  const std::lock_guard guard(turn());
  const std::string path = below_root(at, name);
  struct stat status = {};
  const bool was_there = ::fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
  const int fd = next(at, name, flags, mode);
  if (fd < 0 || path.empty()) return fd;
  if (nameless) {
    record("nameless\t" + inode_of(fd));
  } else if (!was_there) {
    record("create\t" + path + "\t" + inode_of(fd));
  } else if ((flags & O_TRUNC) != 0) {
    record("truncate\t" + inode_of(fd));
  }
  return fd;
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  static const auto next = real<ssize_t (*)(int, const void*, size_t)>("write");
  const std::lock_guard guard(turn());
  const ssize_t done = next(fd, bytes, size);
  if (done > 0) {
    if (const std::string inode = followed_inode(fd); !inode.empty())
      record("write\t" + inode + "\t" + hex(bytes, static_cast<std::size_t>(done)));
  }
  return done;
}

int fsync(int fd) {
  static const auto next = real<int (*)(int)>("fsync");
  const int result = next(fd);
  if (result != 0) return result;
  const std::lock_guard guard(turn());
  struct stat status = {};
  if (::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
    if (const std::string name = below_root(fd, "."); !name.empty()) record("syncdir\t" + name);
  } else if (const std::string inode = followed_inode(fd); !inode.empty()) {
    record("sync\t" + inode);
  }
  return result;
}

int linkat(int from, const char* path, int to, const char* name, int flags) {
  static const auto next = real<int (*)(int, const char*, int, const char*, int)>("linkat");
  const std::lock_guard guard(turn());
  const int result = next(from, path, to, name, flags);
  struct stat status = {};
  const std::string made = below_root(to, name);
  if (result == 0 && !made.empty() && ::fstatat(to, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
    record("link\t" + std::to_string(status.st_ino) + "\t" + made);
  return result;
}

int renameat(int from, const char* path, int to, const char* name) {
  static const auto next = real<int (*)(int, const char*, int, const char*)>("renameat");
  const std::lock_guard guard(turn());
  const std::string old = below_root(from, path), made = below_root(to, name);
  const int result = next(from, path, to, name);
  if (result != 0) return result;
  if (!old.empty() && !made.empty()) record("rename\t" + old + "\t" + made);
  if (!old.empty() && made.empty()) record("remove\t" + old);
  return result;
}

int mkdirat(int at, const char* name, mode_t mode) {
  static const auto next = real<int (*)(int, const char*, mode_t)>("mkdirat");
  const std::lock_guard guard(turn());
  const int result = next(at, name, mode);
  const std::string made = below_root(at, name);
  if (result == 0 && !made.empty()) record("mkdir\t" + made);
  return result;
}

int unlinkat(int at, const char* name, int flags) {
  static const auto next = real<int (*)(int, const char*, int)>("unlinkat");
  const std::lock_guard guard(turn());
  const std::string gone = below_root(at, name);
  const int result = next(at, name, flags);
  if (result == 0 && !gone.empty()) record("remove\t" + gone);
  return result;
}

int openat64(int at, const char* name, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  return open_and_record(at, name, flags, mode);
}

int openat(int at, const char* name, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  return open_and_record(at, name, flags, mode);
}

}  // extern "C"
