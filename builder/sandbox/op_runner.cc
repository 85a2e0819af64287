#include "builder/sandbox/op_runner.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/error.h"
#include "base/file_at.h"
#include "base/sink.h"
#include "base/source.h"
#include "builder/sandbox/device_files.h"
#include "builder/sandbox/mount_calls.h"
#include "builder/sandbox/overlay_mount.h"

namespace cooper::sandbox {
namespace {

using base::Error;
using base::ErrorKind;
using base::Fd;
using base::throw_errno;

constexpr auto kClosed = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

std::string own_descriptor_path(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

// The plan refuses targets in /proc and /sys by name; a link of the image may still lead there.
void attach_outside_proc(const Fd& tree, const Fd& target, const std::string& name) {
  struct statfs system {};
  if (fstatfs(target.get(), &system) != 0) throw_errno("look at", name);
  if (system.f_type == PROC_SUPER_MAGIC || system.f_type == SYSFS_MAGIC) {
    throw Error(ErrorKind::usage, "mount at", name, "the target leads into /proc or /sys");
  }
  attach(tree.get(), target.get(), name);
}

Fd private_tmpfs() {
  const MountOptions options{{"mode", "700"}};
  constexpr auto kAttributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  MountOptions without_swap = options;
  without_swap.emplace_back("noswap", "");  // contents are secrets; not every kernel or user may
  try {
    return new_filesystem("tmpfs", without_swap, kAttributes);
  } catch (const Error&) {
    return new_filesystem("tmpfs", options, kAttributes);
  }
}

}  // namespace

OpRunner::OpRunner() {
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    throw_errno("make mounts private", "/");
  }
  // Over "/", where no absolute path of this process leads.
  scratch_ = private_tmpfs();
  attach(scratch_.get(), base::open_host("/", O_PATH | O_DIRECTORY).get(), "scratch");
}

void OpRunner::run(const std::vector<MountOp>& plan) {
  for (const MountOp& op : plan) {
    try {
      std::visit([this](const auto& one) { apply(one); }, op);
    } catch (const Error& error) {
      throw failed_op(op, error);
    }
  }
}

std::string OpRunner::next_name() { return "d" + std::to_string(count_++); }

Fd OpRunner::scratch_directory(mode_t mode) {
  const std::string name = next_name();
  if (mkdirat(scratch_.get(), name.c_str(), mode) != 0) throw_errno("make", name);
  return base::open_at(scratch_.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

void OpRunner::clean() noexcept {
  if (!points_) return;
  // In a plain directory the stubs themselves are mounted on, and could not be removed. Our own
  // /proc names the mounts, wherever the step has moved them.
  if (plain_ && proc_ && fchdir(proc_.get()) == 0) {
    for (; !placed_.empty(); placed_.pop_back()) {
      char name[32];
      std::snprintf(name, sizeof name, "self/fd/%d", placed_.back().get());
      umount2(name, MNT_DETACH);
    }
    umount2(".", MNT_DETACH);
  }
  points_->clean();
}

void OpRunner::apply(const MountRoot& op) {
  Fd upper;
  if (const auto* directory = std::get_if<DirectoryRoot>(&op.root)) {
    plain_ = true;
    upper = base::open_host_directory(directory->path);
    root_ = clone_tree(upper.get(), directory->path);
  } else {
    const auto& overlay = std::get<OverlayRoot>(op.root);
    plain_ = overlay.lowers.empty();
    upper = base::open_host_directory(overlay.upper);
    root_ = overlay.lowers.empty()
                ? clone_tree(upper.get(), overlay.upper)
                : mount_overlay({overlay.lowers, overlay.upper, overlay.work, op.userxattr},
                                scratch_directory(0700).get());
  }
  attach(root_.get(), scratch_directory(0755).get(), "the new root");
  points_.emplace(root_.duplicate(), std::move(upper));
}

Fd OpRunner::special_directory(const char* name) {
  const auto status = base::try_stat_at(root_.get(), name);
  if (status && !S_ISDIR(status->st_mode)) {
    throw Error(ErrorKind::failure, "mount over", std::string("/") + name,
                "the image has something else than a directory there")
        .with_hint("an image must not ship /dev, /proc or /sys as a link or file");
  }
  return points_->directory(name);
}

void OpRunner::apply(const MountProc&) {
  const Fd target = special_directory("proc");
  proc_ = new_filesystem("proc", {}, kClosed);
  attach(proc_.get(), target.get(), "/proc");
}

void OpRunner::apply(const MountSys& op) {
  const Fd target = special_directory("sys");
  Fd tree;
  if (op.bind_host) {
    tree = clone_tree(base::open_host("/sys", O_PATH | O_DIRECTORY).get(), "/sys");
    set_attributes(tree.get(), kClosed | MOUNT_ATTR_RDONLY);
  } else {
    tree = new_filesystem("sysfs", {}, kClosed | MOUNT_ATTR_RDONLY);
  }
  attach(tree.get(), target.get(), "/sys");
  placed_.push_back(std::move(tree));
}

void OpRunner::apply(const MountDev& op) {
  placed_.push_back(make_devices(special_directory("dev").get(), op.bind_host, op.shm_size));
}

void OpRunner::apply(const MaskPath& op) {
  const auto target = base::try_open_in_root(root_.get(), op.path, O_PATH | O_NOFOLLOW);
  if (!target) return;
  if (S_ISDIR(base::stat_fd(target->get(), op.path).st_mode)) {
    if (!empty_) {
      empty_ =
          new_filesystem("tmpfs", {{"mode", "555"}, {"size", "4k"}}, kClosed | MOUNT_ATTR_RDONLY);
      attach(empty_.get(), scratch_directory(0700).get(), "an empty directory");
    }
    attach(clone_tree(empty_.get(), op.path).get(), target->get(), op.path);
    return;
  }
  const Fd null = base::open_in_root(root_.get(), "/dev/null", O_PATH | O_NOFOLLOW);
  const auto is_null = [](const struct stat& status) {
    return S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
  };
  const auto refuse = [&] {
    throw Error(ErrorKind::failure, "mask", op.path, "/dev/null is not the null device");
  };
  if (!is_null(base::stat_fd(null.get(), "/dev/null"))) refuse();
  attach(clone_tree(null.get(), op.path).get(), target->get(), op.path);
  const Fd masked = base::open_in_root(root_.get(), op.path, O_PATH | O_NOFOLLOW);
  if (!is_null(base::stat_fd(masked.get(), op.path))) refuse();
}

void OpRunner::apply(const LockPath& op) {
  const auto target = base::try_open_in_root(root_.get(), op.path, O_PATH | O_NOFOLLOW);
  if (!target) return;
  const Fd tree = clone_tree(target->get(), op.path);
  set_attributes(tree.get(), kClosed | MOUNT_ATTR_RDONLY);
  attach(tree.get(), target->get(), op.path);
}

// The layers as one read-only directory; one layer gets an empty one beneath, since an overlay
// wants two.
Fd OpRunner::stacked_layers(const PlaceBind& op) {
  Overlay overlay{op.mount.overlay_lowers, {}, {}, op.userxattr};
  const Fd empty = scratch_directory(0755);
  if (overlay.lowers.size() == 1) overlay.lowers.push_back(own_descriptor_path(empty.get()));
  Fd mount = mount_overlay(overlay, scratch_directory(0700).get());
  attach(mount.get(), scratch_directory(0755).get(), "layers");
  return mount;
}

void OpRunner::write_scratch_file(const std::string& name, int source, mode_t mode) {
  base::FdSink sink(base::open_at(scratch_.get(), name, O_CREAT | O_EXCL | O_WRONLY, 0600), name);
  base::FdSource bytes(Fd(fcntl(source, F_DUPFD_CLOEXEC, 3)), name);
  base::copy(bytes, sink);
  if (fchmod(sink.fd().get(), mode) != 0) throw_errno("set mode of", name);
}

// A writable view of `source` whose changes vanish with the sandbox.
Fd OpRunner::throw_away(const Fd& source, bool userxattr) {
  const struct stat status = base::stat_fd(source.get(), "bind source");
  if (S_ISDIR(status.st_mode)) {
    const Fd upper = scratch_directory(status.st_mode & 07777);
    const Fd work = scratch_directory(0700);
    if (fchown(upper.get(), status.st_uid, status.st_gid) != 0 ||
        fchmod(upper.get(), status.st_mode & 07777) != 0) {
      throw_errno("copy attributes of", "bind source");
    }
    return mount_overlay({{own_descriptor_path(source.get())},
                          own_descriptor_path(upper.get()),
                          own_descriptor_path(work.get()),
                          userxattr},
                         scratch_directory(0700).get());
  }
  const std::string name = next_name();
  const Fd readable(open(own_descriptor_path(source.get()).c_str(), O_RDONLY | O_CLOEXEC));
  if (!readable) throw_errno("open", "bind source");
  write_scratch_file(name, readable.get(), status.st_mode & 07777);
  return clone_tree(base::open_at(scratch_.get(), name, O_PATH | O_NOFOLLOW).get(), name);
}

Fd OpRunner::bind_source(const PlaceBind& op) {
  const BindMount& bind = op.mount;
  const Fd root =
      bind.overlay_lowers.empty() ? base::open_host(bind.root, O_PATH) : stacked_layers(op);
  if (bind.source.empty()) return root.duplicate();
  return base::open_in_root(root.get(), bind.source, O_PATH);
}

void OpRunner::apply(const PlaceBind& op) {
  const Fd source = bind_source(op);
  const mode_t mode = base::stat_fd(source.get(), op.mount.source).st_mode;
  if (S_ISCHR(mode) || S_ISBLK(mode)) {
    throw Error(ErrorKind::failure, "bind", op.mount.source, "steps get no devices");
  }
  Fd tree = op.mount.discard_writes ? throw_away(source, op.userxattr)
                                    : clone_tree(source.get(), op.mount.source);
  if (op.mount.readonly && !op.mount.discard_writes) {
    set_attributes(tree.get(), MOUNT_ATTR_RDONLY);
  }
  const Fd target =
      S_ISDIR(mode) ? points_->directory(op.mount.target) : points_->file(op.mount.target);
  attach_outside_proc(tree, target, op.mount.target);
  placed_.push_back(std::move(tree));
}

void OpRunner::apply(const PlaceTmpfs& op) {
  std::string mode;
  for (std::uint32_t left = op.mount.mode & 07777; left != 0; left /= 8) {
    mode.insert(mode.begin(), static_cast<char>('0' + left % 8));
  }
  MountOptions options{{"mode", mode.empty() ? "0" : mode}};
  if (op.mount.size != 0) options.emplace_back("size", std::to_string(op.mount.size));
  Fd tree = new_filesystem("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  attach_outside_proc(tree, points_->directory(op.mount.target), op.mount.target);
  placed_.push_back(std::move(tree));
}

void OpRunner::apply(const PlaceFile& op) {
  const std::string name = next_name();
  {
    base::FdSink sink(base::open_at(scratch_.get(), name, O_CREAT | O_EXCL | O_WRONLY, 0600), name);
    sink.write(base::as_bytes(op.mount.content));
    if (fchown(sink.fd().get(), op.mount.uid, op.mount.gid) != 0) throw_errno("set owner", "");
    if (fchmod(sink.fd().get(), op.mount.mode & 07777) != 0) throw_errno("set mode", "");
  }
  const Fd file = base::open_at(scratch_.get(), name, O_PATH | O_NOFOLLOW);
  Fd tree = clone_tree(file.get(), op.mount.target);
  set_attributes(tree.get(), MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  attach_outside_proc(tree, points_->file(op.mount.target), op.mount.target);
  placed_.push_back(std::move(tree));
}

void OpRunner::apply(const SealRoot&) { set_attributes(root_.get(), MOUNT_ATTR_RDONLY, false); }

void OpRunner::apply(const EnterRoot&) {
  if (fchdir(root_.get()) != 0) throw_errno("change directory to", "the new root");
  if (syscall(SYS_pivot_root, ".", ".") != 0) throw_errno("pivot root", "");
  // The host's root now covers the new one, and the scratch mount covers the host's: off with both.
  for (const char* what : {"the scratch mount", "the host's tree"}) {
    if (umount2(".", MNT_DETACH) != 0) throw_errno("detach", what);
  }
  if (chdir("/") != 0) throw_errno("change directory to", "/");
  // A walk upwards would cross into anything that still lay over the root.
  const Fd above = base::open_host("/proc/..", O_PATH | O_DIRECTORY);
  if (mount_id(above.get()) != mount_id(root_.get())) {
    throw Error(ErrorKind::failure, "enter", "the root", "something else is mounted over it");
  }
}

}  // namespace cooper::sandbox
