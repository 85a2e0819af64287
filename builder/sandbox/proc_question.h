// What a step's system call that names a file asks for, whichever of its variants it is. Internal
// to this module.
#pragma once

#include <fcntl.h>
#include <linux/seccomp.h>

#include <cstdint>

#include "builder/sandbox/task_memory.h"

namespace cooper::sandbox {

struct Question {
  enum class Kind {
    open,
    stat,
    statx,
    readlink,
    access,
    xattr,
    chmod,
    chown,
    fchdir,
    uname,
    other
  };
  Kind kind = Kind::other;
  int directory = AT_FDCWD;  // a descriptor; of fchdir, where to
  std::uint64_t path = 0;    // address
  int flags = 0;             // of open, or AT_*
  std::uint64_t buffer = 0, size = 0;
  unsigned mask = 0;          // of statx; the mode of open, access and chmod
  unsigned uid = 0, gid = 0;  // of chown

  [[nodiscard]] bool follows() const {
    if (kind == Kind::readlink) return false;
    return kind == Kind::open ? (flags & O_NOFOLLOW) == 0 : (flags & AT_SYMLINK_NOFOLLOW) == 0;
  }
  [[nodiscard]] bool writes() const { return (flags & (O_ACCMODE | O_TRUNC)) != O_RDONLY; }
};

// Kind::other for a call of another sort, or whose arguments cannot be read.
[[nodiscard]] Question question_of(const seccomp_notif& call, const TaskMemory& memory);

}  // namespace cooper::sandbox
