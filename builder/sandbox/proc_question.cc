#include "builder/sandbox/proc_question.h"

#include <linux/openat2.h>
#include <sys/syscall.h>

namespace cooper::sandbox {
namespace {

using Kind = Question::Kind;

int number(std::uint64_t value) { return static_cast<int>(value); }
unsigned bits(std::uint64_t value) { return static_cast<unsigned>(value); }

Question about(Kind kind, int directory, std::uint64_t path, int flags) {
  Question question;
  question.kind = kind;
  question.directory = directory;
  question.path = path;
  question.flags = flags;
  return question;
}

Question with_mask(Question question, std::uint64_t mask) {
  question.mask = bits(mask);
  return question;
}

Question into(Question question, std::uint64_t buffer, std::uint64_t size = 0) {
  question.buffer = buffer;
  question.size = size;
  return question;
}

Question for_owner(Question question, std::uint64_t uid, std::uint64_t gid) {
  question.uid = bits(uid);
  question.gid = bits(gid);
  return question;
}

#if defined(__x86_64__)
// Calls that newer machines do not have.
Question old_question(const seccomp_data& data) {
  const auto* a = data.args;
  switch (data.nr) {
    case SYS_open: return with_mask(about(Kind::open, AT_FDCWD, a[0], number(a[1])), a[2]);
    case SYS_stat: return into(about(Kind::stat, AT_FDCWD, a[0], 0), a[1]);
    case SYS_lstat: return into(about(Kind::stat, AT_FDCWD, a[0], AT_SYMLINK_NOFOLLOW), a[1]);
    case SYS_readlink: return into(about(Kind::readlink, AT_FDCWD, a[0], 0), a[1], a[2]);
    case SYS_access: return with_mask(about(Kind::access, AT_FDCWD, a[0], 0), a[1]);
    case SYS_chmod: return with_mask(about(Kind::chmod, AT_FDCWD, a[0], 0), a[1]);
    case SYS_chown: return for_owner(about(Kind::chown, AT_FDCWD, a[0], 0), a[1], a[2]);
    default: return {};
  }
}
#else
Question old_question(const seccomp_data&) { return {}; }
#endif

Question openat2_question(const seccomp_data& data, const TaskMemory& memory) {
  open_how how{};
  if (!memory.read(data.args[2], &how, sizeof how)) return {};
  const Question question =
      about(Kind::open, number(data.args[0]), data.args[1], static_cast<int>(how.flags));
  return with_mask(question, how.mode);
}

}  // namespace

Question question_of(const seccomp_notif& call, const TaskMemory& memory) {
  const auto* a = call.data.args;
  const auto at = [&](Kind kind, std::uint64_t flags) {
    return about(kind, number(a[0]), a[1], number(flags));
  };
  switch (call.data.nr) {
    case SYS_openat: return with_mask(at(Kind::open, a[2]), a[3]);
    case SYS_openat2: return openat2_question(call.data, memory);
    case SYS_newfstatat: return into(at(Kind::stat, a[3]), a[2]);
    case SYS_statx: return with_mask(into(at(Kind::statx, a[2]), a[4]), a[3]);
    case SYS_readlinkat: return into(at(Kind::readlink, 0), a[2], a[3]);
    case SYS_faccessat: return with_mask(at(Kind::access, 0), a[2]);
    case SYS_faccessat2: return with_mask(at(Kind::access, a[3]), a[2]);
    case SYS_fchmodat: return with_mask(at(Kind::chmod, 0), a[2]);
    case SYS_fchownat: return for_owner(at(Kind::chown, a[4]), a[2], a[3]);
    case SYS_getxattr:
    case SYS_listxattr: return about(Kind::xattr, AT_FDCWD, a[0], 0);
    case SYS_lgetxattr:
    case SYS_llistxattr: return about(Kind::xattr, AT_FDCWD, a[0], AT_SYMLINK_NOFOLLOW);
    case SYS_fchdir: return about(Kind::fchdir, number(a[0]), 0, 0);
    case SYS_uname: return into(about(Kind::uname, AT_FDCWD, 0, 0), a[0]);
    default: return old_question(call.data);
  }
}

}  // namespace cooper::sandbox
