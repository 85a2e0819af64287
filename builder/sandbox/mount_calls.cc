#include "builder/sandbox/mount_calls.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"

namespace cooper::sandbox {

using base::Fd;
using base::throw_errno;

Fd new_filesystem(const std::string& type, const MountOptions& options, std::uint64_t attributes) {
  Fd context(fsopen(type.c_str(), FSOPEN_CLOEXEC));
  if (!context) throw_errno("open file system type", type);
  for (const auto& [key, value] : options) {
    const bool flag = value.empty();
    const int done = fsconfig(context.get(), flag ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING,
                              key.c_str(), flag ? nullptr : value.c_str(), 0);
    if (done != 0) throw_errno("set " + type + " option " + key, value);
  }
  if (fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) {
    throw_errno("create file system", type);
  }
  Fd mount(fsmount(context.get(), FSMOUNT_CLOEXEC, static_cast<unsigned>(attributes)));
  if (!mount) throw_errno("mount file system", type);
  return mount;
}

Fd clone_tree(int fd, std::string_view name) {
  Fd tree(open_tree(fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE));
  if (!tree) throw_errno("copy the mount of", std::string(name));
  return tree;
}

void set_attributes(int mount, std::uint64_t attributes, bool recursive) {
  struct mount_attr attr {};
  attr.attr_set = attributes;
  const unsigned flags = AT_EMPTY_PATH | (recursive ? static_cast<unsigned>(AT_RECURSIVE) : 0U);
  if (mount_setattr(mount, "", flags, &attr, sizeof attr) != 0) {
    throw_errno("set mount attributes", "");
  }
}

void attach(int mount, int target, std::string_view name) {
  if (move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0) {
    throw_errno("attach a mount at", std::string(name));
  }
}

std::uint64_t mount_id(int fd) {
  struct statx facts {};
  if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &facts) != 0) throw_errno("statx", "");
  return facts.stx_mnt_id;
}

Fd try_open_plain(int root, const std::string& path, int flags) {
  struct open_how how {};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const long fd = syscall(SYS_openat2, root, path.empty() ? "." : path.c_str(), &how, sizeof how);
  return Fd(static_cast<int>(fd));
}

}  // namespace cooper::sandbox
