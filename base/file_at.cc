#include "base/file_at.h"

#include <dirent.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <memory>

#include "base/error.h"
#include "base/path.h"
#include "base/random_name.h"
#include "base/sink.h"
#include "base/source.h"

namespace cooper::base {
namespace {

int call_openat2(int root, const std::string& path, int flags, mode_t mode, std::uint64_t resolve) {
  struct open_how how = {};
  how.flags = static_cast<std::uint64_t>(static_cast<unsigned>(flags | O_CLOEXEC));
  how.mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? mode : 0;
  how.resolve = resolve | RESOLVE_NO_MAGICLINKS;
  for (int tries = 0; tries < 128; ++tries) {
    const long fd = ::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how);
    if (fd >= 0) return static_cast<int>(fd);
    if (errno != EAGAIN && errno != EINTR) return -1;  // EAGAIN: a rename raced with the walk
  }
  return -1;
}

bool is_absent(int error_number) { return error_number == ENOENT || error_number == ENOTDIR; }

void require_no_nul(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) {
    throw Error(ErrorKind::usage, "open", std::string(path), "the name contains a NUL byte");
  }
}

std::string read_regular(Fd fd, const std::string& name, std::uint64_t limit) {
  const struct stat status = stat_fd(fd.get(), name);
  if (!S_ISREG(status.st_mode)) throw Error(ErrorKind::failure, "read", name, "not a regular file");
  if (static_cast<std::uint64_t>(status.st_size) > limit) {
    throw Error(ErrorKind::limit, "read", name, "larger than " + std::to_string(limit) + " bytes");
  }
  FdSource source(std::move(fd), name);
  return read_all(source, limit, name);
}

// Opens a directory that is to be emptied, whatever its mode says (its owner may always change
// that).
Fd open_for_removal(int dir, const std::string& name) {
  const Fd handle = open_at(dir, name, O_PATH | O_DIRECTORY);
  const std::string path = "/proc/self/fd/" + std::to_string(handle.get());
  Fd opened(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened && errno == EACCES && ::chmod(path.c_str(), 0700) == 0) {
    opened = Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  if (!opened) throw_errno("remove", name);
  // A directory that can be read but not changed: rare enough to try every time.
  struct stat status = {};
  if (::fstat(opened.get(), &status) == 0 && (status.st_mode & S_IRWXU) != S_IRWXU)
    ::fchmod(opened.get(), 0700);
  return opened;
}

// Removes what is in `dir`. What lies deeper than the limit of open descriptors allows is moved up
// into `top`, which the caller empties again.
void empty_directory(int dir, int top, const std::string& name, int depth) {
  constexpr int kMaxDepth = 64;
  for (const std::string& entry : list_directory(dir, name)) {
    if (::unlinkat(dir, entry.c_str(), 0) == 0 || errno == ENOENT) continue;
    if (errno != EISDIR) throw_errno("remove", entry);
    if (depth >= kMaxDepth) {
      if (::renameat(dir, entry.c_str(), top, random_name().c_str()) != 0)
        throw_errno("remove", entry);
      continue;
    }
    {
      const Fd child = open_for_removal(dir, entry);
      empty_directory(child.get(), top, entry, depth + 1);
    }
    if (::unlinkat(dir, entry.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
      throw_errno("remove", entry);
  }
}

}  // namespace

Fd open_host(const std::string& path, int flags, mode_t mode) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) throw_errno("open", path);
  return Fd(fd);
}

Fd open_host_directory(const std::string& path) { return open_host(path, O_RDONLY | O_DIRECTORY); }

std::optional<Fd> try_open_in_root(int root, std::string_view path, int flags, mode_t mode) {
  require_no_nul(path);
  const std::string text = path.empty() ? "." : std::string(path);
  const int fd = call_openat2(root, text, flags, mode, RESOLVE_IN_ROOT);
  if (fd >= 0) return Fd(fd);
  if (is_absent(errno)) return std::nullopt;
  throw_errno("open", text);
}

std::optional<Fd> try_open_no_links(int root, std::string_view path, int flags) {
  require_no_nul(path);
  const std::string text = path.empty() ? "." : std::string(path);
  const int fd = call_openat2(root, text, flags, 0, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
  if (fd >= 0) return Fd(fd);
  if (is_absent(errno) || errno == ELOOP) return std::nullopt;
  throw_errno("open", text);
}

Fd open_in_root(int root, std::string_view path, int flags, mode_t mode) {
  auto fd = try_open_in_root(root, path, flags, mode);
  if (!fd) throw system_error("open", std::string(path), ENOENT);
  return std::move(*fd);
}

std::optional<Fd> try_open_at(int dir, const std::string& name, int flags, mode_t mode) {
  require_no_nul(name);
  const int fd = ::openat(dir, name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, mode);
  if (fd >= 0) return Fd(fd);
  if (is_absent(errno)) return std::nullopt;
  throw_errno("open", name);
}

Fd open_at(int dir, const std::string& name, int flags, mode_t mode) {
  auto fd = try_open_at(dir, name, flags, mode);
  if (!fd) throw system_error("open", name, ENOENT);
  return std::move(*fd);
}

Fd make_directories_in_root(int root, std::string_view path, mode_t mode,
                            const std::function<void(int fd)>& on_create) {
  Fd current = open_in_root(root, "", O_PATH | O_DIRECTORY);
  std::string walked;
  for (std::string_view part : split_path(path)) {
    // The walk restarts at the root for every component: links and ".." then mean what they mean in
    // the root.
    walked += "/" + std::string(part);
    auto next = try_open_in_root(root, walked, O_PATH | O_DIRECTORY);
    if (!next) {
      if (::mkdirat(current.get(), std::string(part).c_str(), mode) != 0 && errno != EEXIST) {
        throw_errno("create directory", walked);
      }
      next = open_at(current.get(), std::string(part), O_PATH | O_DIRECTORY);
      if (on_create) on_create(next->get());
    }
    current = std::move(*next);
  }
  return current;
}

struct stat stat_fd(int fd, const std::string& name) {
  struct stat status = {};
  if (::fstat(fd, &status) != 0) throw_errno("stat", name);
  return status;
}

std::optional<struct stat> try_stat_at(int dir, const std::string& name) {
  struct stat status = {};
  if (::fstatat(dir, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return status;
  if (is_absent(errno)) return std::nullopt;
  throw_errno("stat", name);
}

std::optional<std::string> try_read_file_at(int dir, const std::string& name, std::uint64_t limit) {
  auto fd = try_open_at(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!fd) return std::nullopt;
  return read_regular(std::move(*fd), name, limit);
}

std::string read_file_at(int dir, const std::string& name, std::uint64_t limit) {
  return read_regular(open_at(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY), name, limit);
}

void write_file_at(int dir, const std::string& name, std::string_view content, mode_t mode) {
  const std::string temp = name + "." + random_name();
  const Fd fd = open_at(dir, temp, O_WRONLY | O_CREAT | O_EXCL, mode);
  try {
    write_all(fd.get(), as_bytes(content), name);
    if (::fsync(fd.get()) != 0) throw_errno("flush", name);
    if (::renameat(dir, temp.c_str(), dir, name.c_str()) != 0) throw_errno("rename", name);
  } catch (...) {
    ::unlinkat(dir, temp.c_str(), 0);
    throw;
  }
  if (::fsync(dir) != 0) throw_errno("flush directory of", name);
}

std::vector<std::string> list_directory(int dir, const std::string& name_for_errors) {
  Fd own(::openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!own) throw_errno("list", name_for_errors);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(own.get()), ::closedir);
  if (!stream) throw_errno("list", name_for_errors);
  static_cast<void>(own.release());  // closedir owns it now
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  if (errno != 0) throw_errno("list", name_for_errors);
  std::sort(names.begin(), names.end());
  return names;
}

void remove_tree_at(int dir, const std::string& name) {
  if (::unlinkat(dir, name.c_str(), 0) == 0 || errno == ENOENT) return;
  if (errno != EISDIR) throw_errno("remove", name);
  const Fd top = open_for_removal(dir, name);
  while (!list_directory(top.get(), name).empty()) empty_directory(top.get(), top.get(), name, 0);
  if (::unlinkat(dir, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
    throw_errno("remove", name);
}

std::string read_link_at(int dir, const std::string& name) {
  std::string target(PATH_MAX, '\0');
  const ssize_t length = ::readlinkat(dir, name.c_str(), target.data(), target.size());
  if (length < 0) throw_errno("read link", name);
  target.resize(static_cast<std::size_t>(length));
  return target;
}

}  // namespace cooper::base
