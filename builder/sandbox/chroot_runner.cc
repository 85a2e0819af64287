#include "builder/sandbox/chroot_runner.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>

#include "base/error.h"
#include "base/file_at.h"
#include "base/path.h"
#include "base/sink.h"
#include "builder/sandbox/device_files.h"
#include "builder/sandbox/keep_times.h"

namespace cooper::sandbox {
namespace {

using base::Error;
using base::ErrorKind;
using base::Fd;
using base::throw_errno;

void give(int file, const FileMount& mount) {
  if (fchown(file, mount.uid, mount.gid) != 0) throw_errno("set owner of", mount.target);
  if (fchmod(file, mount.mode & 07777) != 0) throw_errno("set mode of", mount.target);
}

Fd memory_file(const FileMount& mount) {
  Fd file(memfd_create("secret", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) throw_errno("make", "a file in memory");
  base::write_all(file.get(), std::as_bytes(std::span(mount.content)), mount.target);
  constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (fcntl(file.get(), F_ADD_SEALS, kSeals) != 0) throw_errno("seal", mount.target);
  return file;
}

}  // namespace

void ChrootRunner::run(const std::vector<MountOp>& plan) {
  for (const MountOp& op : plan) {
    try {
      std::visit([this](const auto& one) { apply(one); }, op);
    } catch (const Error& error) {
      throw failed_op(op, error);
    }
  }
}

ChrootRunner::Swap& ChrootRunner::put(const std::string& name, const std::string& target,
                                      bool directory) {
  Swap swap;
  swap.spot = points_->spot(target, directory);
  swap.aside = name;
  const auto ours = base::try_stat_at(scratch_.get(), name);
  if (!ours) throw base::system_error("find", name, ENOENT);
  swap.device = ours->st_dev;
  swap.inode = ours->st_ino;
  {
    const KeepTimes keep(swap.spot.parent.get());
    if (renameat2(scratch_.get(), name.c_str(), swap.spot.parent.get(), swap.spot.name.c_str(),
                  RENAME_EXCHANGE) != 0) {
      throw_errno("put something in the place of", target);
    }
  }
  swaps_.push_back(std::move(swap));
  return swaps_.back();
}

void ChrootRunner::put_back(const Swap& swap) noexcept {
  const int parent = swap.spot.parent.get();
  const char* name = swap.spot.name.c_str();
  const KeepTimes keep(parent);
  struct stat now {};
  const bool there = fstatat(parent, name, &now, AT_SYMLINK_NOFOLLOW) == 0;
  if (there && now.st_ino == swap.inode && now.st_dev == swap.device) {
    if (renameat2(parent, name, scratch_.get(), swap.aside.c_str(), RENAME_EXCHANGE) != 0) return;
    if (swap.home)
      renameat(scratch_.get(), swap.aside.c_str(), swap.home.get(), swap.home_name.c_str());
    return;
  }
  // The step moved ours away, as it could not move a mount: the target comes back all the same.
  try {
    if (there) base::remove_tree_at(parent, swap.spot.name);
  } catch (const Error&) {
    return;
  }
  renameat(scratch_.get(), swap.aside.c_str(), parent, name);
}

void ChrootRunner::clean() noexcept {
  for (; !swaps_.empty(); swaps_.pop_back()) put_back(swaps_.back());
  if (points_) points_->clean();
}

void ChrootRunner::apply(const MountRoot& op) {
  const auto* directory = std::get_if<DirectoryRoot>(&op.root);
  if (directory == nullptr || directory->scratch.empty()) {
    throw Error(ErrorKind::unsupported, "use", "an overlay", "nothing can be mounted here");
  }
  Fd root = base::open_host_directory(directory->path);
  scratch_ = base::open_host_directory(directory->scratch);
  points_.emplace(root.duplicate(), root.duplicate());
}

void ChrootRunner::require_directory(const char* name) {
  const auto status = base::try_stat_at(points_->root(), name);
  if (status && !S_ISDIR(status->st_mode)) {
    throw Error(ErrorKind::failure, "use", std::string("/") + name,
                "the image has something else than a directory there")
        .with_hint("an image must not ship /dev, /proc or /sys as a link or file");
  }
  static_cast<void>(points_->directory(name));
}

// The files of /proc are handed out by ProcServer; /sys is empty. What is written there goes
// nowhere.
void ChrootRunner::apply(const MountProc&) { put_empty("proc"); }
void ChrootRunner::apply(const MountSys&) { put_empty("sys"); }

void ChrootRunner::put_empty(const char* target) {
  require_directory(target);
  const std::string name = next_name();
  if (mkdirat(scratch_.get(), name.c_str(), 0555) != 0) throw_errno("make", "an empty directory");
  put(name, std::string("/") + target, true);
}

void ChrootRunner::apply(const MountDev&) {
  require_directory("dev");
  const std::string name = next_name();
  if (mkdirat(scratch_.get(), name.c_str(), 0755) != 0) throw_errno("make", "/dev");
  fill_device_directory(
      base::open_at(scratch_.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).get());
  put(name, "/dev", true);
}

void ChrootRunner::apply(const MaskPath&) {}  // ProcServer does not hand these out
void ChrootRunner::apply(const LockPath&) {}

void ChrootRunner::apply(const PlaceBind& op) {
  const BindMount& bind = op.mount;
  if (!bind.movable) {
    throw Error(ErrorKind::unsupported, "bind", bind.root, "nothing can be mounted here");
  }
  const std::string path = bind.source.empty() ? bind.root : bind.root + "/" + bind.source;
  Fd home = base::open_host_directory(std::string(base::parent_path(path)));
  std::string home_name(base::base_name(path));
  const auto status = base::try_stat_at(home.get(), home_name);
  if (!status) throw base::system_error("find", path, ENOENT);
  if (!S_ISDIR(status->st_mode) && !S_ISREG(status->st_mode) && !S_ISSOCK(status->st_mode)) {
    throw Error(ErrorKind::failure, "bind", bind.source, "neither a file nor a directory");
  }
  const std::string name = next_name();
  if (renameat(home.get(), home_name.c_str(), scratch_.get(), name.c_str()) != 0)
    throw_errno("move", path);
  try {
    Swap& swap = put(name, bind.target, S_ISDIR(status->st_mode));
    swap.home = std::move(home);
    swap.home_name = std::move(home_name);
  } catch (const Error&) {
    renameat(scratch_.get(), name.c_str(), home.get(), home_name.c_str());
    throw;
  }
}

void ChrootRunner::apply(const PlaceTmpfs& op) {
  const std::string name = next_name();
  if (mkdirat(scratch_.get(), name.c_str(), 0700) != 0 ||
      fchmodat(scratch_.get(), name.c_str(), op.mount.mode & 07777, 0) != 0) {
    throw_errno("make", "a directory");
  }
  put(name, op.mount.target, true);
}

void ChrootRunner::apply(const PlaceFile& op) {
  const std::string name = next_name();
  const Fd file =
      base::open_at(scratch_.get(), name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0600);
  if (op.mount.secret) {
    if (ftruncate(file.get(), static_cast<off_t>(op.mount.content.size())) != 0)
      throw_errno("set size of", op.mount.target);
    const struct stat status = base::stat_fd(file.get(), op.mount.target);
    served_.push_back({status.st_dev, status.st_ino, memory_file(op.mount), op.mount.mode,
                       op.mount.uid, op.mount.gid});
  } else {
    base::write_all(file.get(), std::as_bytes(std::span(op.mount.content)), op.mount.target);
  }
  give(file.get(), op.mount);
  put(name, op.mount.target, false);
}

void ChrootRunner::apply(const SealRoot&) {
  throw Error(ErrorKind::unsupported, "make", "the root read-only", "nothing can be mounted here");
}

void ChrootRunner::apply(const EnterRoot&) {}  // the step's own process does it

}  // namespace cooper::sandbox
