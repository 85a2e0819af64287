// The kernel's descriptor-based mount interface, each call throwing base::Error. Nothing here takes
// an untrusted path.
#pragma once

#include <sys/mount.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"

namespace cooper::sandbox {

// A value of an empty option string is a flag ("ro"). Order is kept.
using MountOptions = std::vector<std::pair<std::string, std::string>>;

// A new, detached mount of a file system type; `attributes` are MOUNT_ATTR_*.
[[nodiscard]] base::Fd new_filesystem(const std::string& type, const MountOptions& options,
                                      std::uint64_t attributes);

// A detached copy of the mount tree at `fd` (with what is mounted below it).
[[nodiscard]] base::Fd clone_tree(int fd, std::string_view name);

// Sets MOUNT_ATTR_* on a detached or attached mount; recursive unless told.
void set_attributes(int mount, std::uint64_t attributes, bool recursive = true);

// Attaches a detached mount over the file or directory `target` is open on.
void attach(int mount, int target, std::string_view name);

// The kernel's number of the mount `fd` lies on.
[[nodiscard]] std::uint64_t mount_id(int fd);

// openat2() below `root` without following any symbolic link; invalid Fd when absent.
[[nodiscard]] base::Fd try_open_plain(int root, const std::string& path, int flags);

}  // namespace cooper::sandbox
