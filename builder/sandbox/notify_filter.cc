#include "builder/sandbox/notify_filter.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/error.h"

namespace cooper::sandbox {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kNative = AUDIT_ARCH_X86_64;
constexpr std::array kOldCalls = {SYS_open,   SYS_stat,  SYS_lstat, SYS_readlink,
                                  SYS_access, SYS_chmod, SYS_chown};
#else
constexpr std::uint32_t kNative = AUDIT_ARCH_AARCH64;
constexpr std::array<long, 0> kOldCalls = {};
#endif
constexpr std::array kCalls = {SYS_openat,     SYS_openat2,  SYS_readlinkat, SYS_faccessat,
                               SYS_faccessat2, SYS_fchmodat, SYS_fchownat,   SYS_fchdir,
                               SYS_uname,      SYS_getxattr, SYS_lgetxattr,  SYS_listxattr,
                               SYS_llistxattr};

// SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: a signal does not make a call that is being answered
// begin anew (Linux 5.19).
constexpr unsigned kWaitKillable = 1U << 5;

// Calls about an open descriptor need no answer: their flags say so.
struct FlaggedCall {
  long number;
  std::uint32_t flags_at;  // offset of the argument with the flags
};
constexpr std::array kFlaggedCalls = {
    FlaggedCall{SYS_newfstatat, offsetof(seccomp_data, args) + 3 * 8},
    FlaggedCall{SYS_statx, offsetof(seccomp_data, args) + 2 * 8}};

std::vector<sock_filter> make_program() {
  constexpr auto kLoad = static_cast<std::uint16_t>(BPF_LD | BPF_W | BPF_ABS);
  constexpr auto kEqual = static_cast<std::uint16_t>(BPF_JMP | BPF_JEQ | BPF_K);
  constexpr auto kBits = static_cast<std::uint16_t>(BPF_JMP | BPF_JSET | BPF_K);
  constexpr auto kReturn = static_cast<std::uint16_t>(BPF_RET | BPF_K);
  const sock_filter allow{kReturn, 0, 0, SECCOMP_RET_ALLOW};
  const sock_filter notify{kReturn, 0, 0, SECCOMP_RET_USER_NOTIF};
  std::vector<sock_filter> program{{kLoad, 0, 0, offsetof(seccomp_data, arch)},
                                   {kEqual, 1, 0, kNative},
                                   allow,
                                   {kLoad, 0, 0, offsetof(seccomp_data, nr)}};
  const auto ask = [&](long call) {
    program.push_back({kEqual, 0, 1, static_cast<std::uint32_t>(call)});
    program.push_back(notify);
  };
  std::for_each(kCalls.begin(), kCalls.end(), ask);
  std::for_each(kOldCalls.begin(), kOldCalls.end(), ask);
  for (const FlaggedCall& call : kFlaggedCalls) {
    program.push_back({kEqual, 0, 4, static_cast<std::uint32_t>(call.number)});
    program.push_back({kLoad, 0, 0, call.flags_at});
    program.push_back({kBits, 0, 1, AT_EMPTY_PATH});
    program.push_back(allow);
    program.push_back(notify);
  }
  program.push_back(allow);
  return program;
}

}  // namespace

base::Fd install_notify_filter() {
  std::vector<sock_filter> filter = make_program();
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  for (const unsigned flags : {kWaitKillable, 0U}) {
    const long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                            SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, &program);
    if (fd >= 0) return base::Fd(static_cast<int>(fd));
    if (errno != EINVAL) break;
  }
  base::throw_errno("ask to be told of", "system calls (seccomp user notification)");
}

}  // namespace cooper::sandbox
