#include "builder/layer/disk_entry.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/file_at.h"
#include "base/source.h"
#include "builder/layer/xattrs.h"

namespace cooper::layer {
namespace {

EntryType type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR: return EntryType::directory;
    case S_IFLNK: return EntryType::symlink;
    case S_IFCHR: return EntryType::character;
    case S_IFBLK: return EntryType::block;
    case S_IFIFO: return EntryType::fifo;
    case S_IFSOCK: return EntryType::socket;
    default: return EntryType::file;
  }
}

DiskEntry from_stat(const struct stat& status, std::string path) {
  DiskEntry disk;
  Entry& entry = disk.entry;
  entry.path = std::move(path);
  entry.type = type_of(status.st_mode);
  entry.mode = status.st_mode & 07777;
  entry.uid = status.st_uid;
  entry.gid = status.st_gid;
  entry.mtime = status.st_mtim.tv_sec;
  entry.mtime_nanoseconds = static_cast<std::uint32_t>(status.st_mtim.tv_nsec);
  if (entry.type == EntryType::file) entry.size = static_cast<std::uint64_t>(status.st_size);
  if (entry.type == EntryType::character || entry.type == EntryType::block) {
    entry.device_major = major(status.st_rdev);
    entry.device_minor = minor(status.st_rdev);
    if (entry.type == EntryType::character && status.st_rdev == 0) entry.type = EntryType::whiteout;
  }
  if (entry.type == EntryType::symlink) entry.mode = 0777;
  disk.device = status.st_dev;
  disk.inode = status.st_ino;
  disk.links = status.st_nlink;
  disk.changed = status.st_ctim;
  return disk;
}

}  // namespace

DiskEntry read_disk_directory(base::Fd fd, std::string path) {
  DiskEntry disk = from_stat(base::stat_fd(fd.get(), path), std::move(path));
  disk.entry.xattrs = read_kept_xattrs(fd.get(), disk.entry.path);
  disk.fd = std::move(fd);
  return disk;
}

std::optional<DiskEntry> read_disk_entry(int parent, const std::string& name, std::string path) {
  auto status = base::try_stat_at(parent, name);
  if (!status) return std::nullopt;
  if (!S_ISREG(status->st_mode) && !S_ISDIR(status->st_mode)) {
    DiskEntry disk = from_stat(*status, std::move(path));
    if (disk.entry.type == EntryType::symlink) disk.entry.link = base::read_link_at(parent, name);
    if (disk.entry.type == EntryType::whiteout) disk.entry.mode = 0;
    return disk;
  }
  // What is opened is what counts, even if the name was replaced since.
  base::Fd fd = base::open_at(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  DiskEntry disk = read_disk_directory(std::move(fd), std::move(path));
  if (disk.entry.type != EntryType::file && disk.entry.type != EntryType::directory) {
    throw base::Error(base::ErrorKind::failure, "read", disk.entry.path,
                      "it changed while being read");
  }
  return disk;
}

std::optional<timespec> birth_of(const DiskEntry& disk) {
  struct statx facts {};
  if (::statx(disk.fd.get(), "", AT_EMPTY_PATH, STATX_BTIME, &facts) != 0) return std::nullopt;
  if ((facts.stx_mask & STATX_BTIME) == 0) return std::nullopt;
  return timespec{facts.stx_btime.tv_sec, static_cast<long>(facts.stx_btime.tv_nsec)};
}

bool has_content(const DiskEntry& file, const base::Sha256Bytes& digest) {
  base::FdSource source(file.fd.duplicate(), file.entry.path);
  base::Sha256 hash;
  std::vector<std::byte> buffer(std::size_t{128} << 10);
  for (std::size_t count = source.read(buffer); count > 0; count = source.read(buffer)) {
    hash.update(std::span<const std::byte>(buffer).first(count));
  }
  if (::lseek(file.fd.get(), 0, SEEK_SET) != 0) base::throw_errno("rewind", file.entry.path);
  return hash.finish() == digest;
}

std::optional<std::string> FirstNames::find_or_note(const DiskEntry& file) {
  if (file.links < 2) return std::nullopt;
  const auto [found, is_new] = names_.try_emplace({file.device, file.inode}, file.entry.path);
  if (is_new) return std::nullopt;
  return found->second;
}

}  // namespace cooper::layer
