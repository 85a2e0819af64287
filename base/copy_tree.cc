#include "base/copy_tree.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/fd.h"
#include "base/file_at.h"

namespace cooper::base {
namespace {

bool is_kept(std::string_view name) {
  return name == "security.capability" ||
         (name.starts_with("user.") && !name.starts_with("user.overlay."));
}

void copy_xattrs(int from, int to, const std::string& name) {
  std::string names(1024, '\0');
  ssize_t size = 0;
  while ((size = flistxattr(from, names.data(), names.size())) < 0 && errno == ERANGE)
    names.resize(names.size() * 4);
  if (size < 0 && errno == ENOTSUP) return;
  if (size < 0) throw_errno("list extended attributes of", name);
  std::string value(std::size_t{64} << 10, '\0');
  for (std::string_view rest(names.data(), static_cast<std::size_t>(size)); !rest.empty();) {
    const std::string one(rest.substr(0, rest.find('\0')));
    rest.remove_prefix(one.size() + 1);
    if (!is_kept(one)) continue;
    const ssize_t length = fgetxattr(from, one.c_str(), value.data(), value.size());
    if (length < 0) throw_errno("read extended attribute of", name);
    if (fsetxattr(to, one.c_str(), value.data(), static_cast<std::size_t>(length), 0) != 0)
      throw_errno("set extended attribute " + one + " of", name);
  }
}

std::array<timespec, 2> times_of(const struct stat& status) {
  return {status.st_atim, status.st_mtim};
}

// In this order: a change of owner clears setuid bits and capabilities.
void copy_attributes(int from, int to, const struct stat& status, const std::string& name) {
  if (fchown(to, status.st_uid, status.st_gid) != 0) throw_errno("set owner of", name);
  if (fchmod(to, status.st_mode & 07777) != 0) throw_errno("set mode of", name);
  copy_xattrs(from, to, name);
  if (futimens(to, times_of(status).data()) != 0) throw_errno("set times of", name);
}

void copy_range(int from, int to, off_t begin, off_t end, const std::string& name) {
  loff_t in = begin;
  loff_t out = begin;
  while (in < end) {
    const ssize_t count =
        copy_file_range(from, &in, to, &out, static_cast<std::size_t>(end - in), 0);
    if (count < 0 && errno != EXDEV && errno != EINVAL && errno != EOPNOTSUPP && errno != ENOSYS)
      throw_errno("copy", name);
    if (count > 0) continue;
    if (count == 0) return;  // it has become shorter
    std::array<char, 65536> buffer;
    const auto wanted = std::min<off_t>(end - in, static_cast<off_t>(buffer.size()));
    const ssize_t size = pread(from, buffer.data(), static_cast<std::size_t>(wanted), in);
    if (size < 0) throw_errno("read", name);
    if (size == 0) return;
    if (pwrite(to, buffer.data(), static_cast<std::size_t>(size), out) != size)
      throw_errno("write", name);
    in += size;
    out += size;
  }
}

void copy_content(int from, int to, off_t size, const std::string& name) {
  if (size == 0 || ioctl(to, FICLONE, from) == 0) return;
  if (ftruncate(to, size) != 0) throw_errno("set size of", name);
  for (off_t begin = 0; begin < size;) {
    const off_t data = lseek(from, begin, SEEK_DATA);
    if (data < 0 && errno == ENXIO) return;  // a hole until the end
    const off_t hole = data < 0 ? size : lseek(from, data, SEEK_HOLE);
    const off_t first = data < 0 ? begin : data;
    const off_t end = hole < 0 ? size : hole;
    copy_range(from, to, first, end, name);
    begin = end;
  }
}

class TreeCopy {
 public:
  explicit TreeCopy(int root) : root_(root) {}

  void copy(int from, const std::string& name, int to, const std::string& to_name) {
    const auto status = try_stat_at(from, name);
    if (!status) throw system_error("copy", name, ENOENT);
    if (S_ISDIR(status->st_mode)) {
      if (mkdirat(to, to_name.c_str(), 0700) != 0) throw_errno("create directory", name);
      const Fd source = open_at(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
      const Fd target = open_at(to, to_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
      const std::size_t length = path_.size();
      path_ += to_name + "/";
      copy_all(source.get(), target.get());
      path_.resize(length);
    } else if (S_ISREG(status->st_mode)) {
      copy_file(from, name, *status, to, to_name);
    } else if (!S_ISSOCK(status->st_mode)) {
      copy_special(from, name, *status, to, to_name);
    }
  }

  void copy_all(int from, int to) {
    for (const std::string& name : list_directory(from, "a directory being copied"))
      copy(from, name, to, name);
    copy_attributes(from, to, stat_fd(from, ""), "a directory being copied");
  }

 private:
  void copy_file(int from, const std::string& name, const struct stat& status, int to,
                 const std::string& to_name) {
    const auto key = std::make_pair(status.st_dev, status.st_ino);
    if (status.st_nlink > 1) {
      if (const auto found = names_.find(key); found != names_.end()) {
        if (linkat(root_, found->second.c_str(), to, to_name.c_str(), 0) != 0)
          throw_errno("create hard link", name);
        return;
      }
    }
    const Fd source = open_at(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    const Fd target = open_at(to, to_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    copy_content(source.get(), target.get(), status.st_size, name);
    copy_attributes(source.get(), target.get(), status, name);
    if (status.st_nlink > 1) names_.emplace(key, path_ + to_name);
  }

  static void copy_special(int from, const std::string& name, const struct stat& status, int to,
                           const std::string& to_name) {
    if (S_ISLNK(status.st_mode)) {
      if (symlinkat(read_link_at(from, name).c_str(), to, to_name.c_str()) != 0)
        throw_errno("create link", name);
    } else if (mknodat(to, to_name.c_str(), status.st_mode, status.st_rdev) != 0) {
      throw_errno("create device", name);
    }
    if (fchownat(to, to_name.c_str(), status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW) != 0)
      throw_errno("set owner of", name);
    // No link is there: this is the node just made.
    if (!S_ISLNK(status.st_mode) && fchmodat(to, to_name.c_str(), status.st_mode & 07777, 0) != 0)
      throw_errno("set mode of", name);
    if (utimensat(to, to_name.c_str(), times_of(status).data(), AT_SYMLINK_NOFOLLOW) != 0)
      throw_errno("set times of", name);
  }

  int root_;          // of the copy
  std::string path_;  // of the directory being copied to, below it; "" or with a '/' at its end
  std::map<std::pair<dev_t, ino_t>, std::string> names_;  // of the original -> a path of the copy
};

}  // namespace

void copy_directory(int from, int to) { TreeCopy(to).copy_all(from, to); }

void copy_opened(int from, int to, const std::string& name) {
  const struct stat status = stat_fd(from, name);
  const std::string path = "/proc/self/fd/" + std::to_string(from);
  if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode))
    throw Error(ErrorKind::failure, "copy", name, "neither a file nor a directory");
  const Fd source = open_host(path, O_RDONLY | O_NONBLOCK);
  if (S_ISREG(status.st_mode)) {
    const Fd target = open_at(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    copy_content(source.get(), target.get(), status.st_size, name);
    copy_attributes(source.get(), target.get(), status, name);
    return;
  }
  if (mkdirat(to, name.c_str(), 0700) != 0) throw_errno("create directory", name);
  const Fd target = open_at(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  copy_directory(source.get(), target.get());
}

}  // namespace cooper::base
