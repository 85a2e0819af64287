#include "builder/sandbox/confinement.h"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <vector>

#include "base/error.h"
#include "builder/sandbox/capabilities.h"
#include "builder/sandbox/landlock.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

namespace cooper::sandbox {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kNative = AUDIT_ARCH_X86_64;
#else
constexpr std::uint32_t kNative = AUDIT_ARCH_AARCH64;
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define COOPER_SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COOPER_SANITIZED
#endif
#ifdef COOPER_SANITIZED
constexpr bool kSanitized = true;  // sanitizers map terabytes
#else
constexpr bool kSanitized = false;
#endif

constexpr rlim_t kMemory = rlim_t{3} << 30;
constexpr rlim_t kDescriptors = 1024;

constexpr std::uint64_t bit(int capability) { return std::uint64_t{1} << capability; }

// SYS_ADMIN is what trusted.overlay.* asks for; the calls it would open are not in the list below.
constexpr std::uint64_t kCapabilities = bit(CAP_CHOWN) | bit(CAP_DAC_OVERRIDE) | bit(CAP_FOWNER) |
                                        bit(CAP_FSETID) | bit(CAP_MKNOD) | bit(CAP_SETFCAP) |
                                        bit(CAP_SYS_ADMIN);

// Bytes; files beneath descriptors; the socket it has; memory, threads (clone: see below), time,
// its end.
constexpr std::array kCalls{SYS_read,
                            SYS_write,
                            SYS_pread64,
                            SYS_pwrite64,
                            SYS_readv,
                            SYS_writev,
                            SYS_lseek,
                            SYS_close,
                            SYS_dup,
                            SYS_fcntl,
                            SYS_fsync,
                            SYS_ftruncate,
                            SYS_fallocate,
                            SYS_openat,
                            SYS_openat2,
                            SYS_mkdirat,
                            SYS_mknodat,
                            SYS_symlinkat,
                            SYS_linkat,
                            SYS_unlinkat,
                            SYS_renameat2,
                            SYS_readlinkat,
                            SYS_getdents64,
                            SYS_newfstatat,
                            SYS_fstat,
                            SYS_statx,
                            SYS_faccessat,
                            SYS_fchown,
                            SYS_fchownat,
                            SYS_fchmod,
                            SYS_fchmodat,
                            SYS_fchmodat2,
                            SYS_utimensat,
                            SYS_fsetxattr,
                            SYS_fgetxattr,
                            SYS_flistxattr,
                            SYS_fremovexattr,
                            SYS_sendto,
                            SYS_recvfrom,
                            SYS_sendmsg,
                            SYS_recvmsg,
                            SYS_shutdown,
                            SYS_mmap,
                            SYS_munmap,
                            SYS_mprotect,
                            SYS_mremap,
                            SYS_madvise,
                            SYS_brk,
                            SYS_futex,
                            SYS_set_robust_list,
                            SYS_rseq,
                            SYS_sched_yield,
                            SYS_sched_getaffinity,
                            SYS_getrandom,
                            SYS_clock_gettime,
                            SYS_clock_nanosleep,
                            SYS_rt_sigaction,
                            SYS_rt_sigprocmask,
                            SYS_rt_sigreturn,
                            SYS_sigaltstack,
                            SYS_restart_syscall,
                            SYS_getpid,
                            SYS_gettid,
                            SYS_geteuid,
                            SYS_getegid,
                            SYS_getuid,
                            SYS_getgid,
                            SYS_tgkill,
                            SYS_exit,
                            SYS_exit_group};

std::vector<sock_filter> make_filter() {
  constexpr auto kLoad = static_cast<std::uint16_t>(BPF_LD | BPF_W | BPF_ABS);
  constexpr auto kEqual = static_cast<std::uint16_t>(BPF_JMP | BPF_JEQ | BPF_K);
  constexpr auto kHasBits = static_cast<std::uint16_t>(BPF_JMP | BPF_JSET | BPF_K);
  constexpr auto kReturn = static_cast<std::uint16_t>(BPF_RET | BPF_K);
  const auto refuse = [](int error) {
    return sock_filter{kReturn, 0, 0, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)};
  };
  const sock_filter allow{kReturn, 0, 0, SECCOMP_RET_ALLOW};
  std::vector<sock_filter> filter{
      {kLoad, 0, 0, offsetof(seccomp_data, arch)},
      {kEqual, 1, 0, kNative},
      refuse(ENOSYS),
      {kLoad, 0, 0, offsetof(seccomp_data, nr)},
      // Its flags cannot be seen; the library then uses clone, for threads only.
      {kEqual, 0, 1, SYS_clone3},
      refuse(ENOSYS),
      {kEqual, 0, 4, SYS_clone},
      {kLoad, 0, 0, offsetof(seccomp_data, args)},
      {kHasBits, 1, 0, CLONE_THREAD},
      refuse(EPERM),
      allow,
  };
  for (const auto call : kCalls) {
    filter.push_back({kEqual, 0, 1, static_cast<std::uint32_t>(call)});
    filter.push_back(allow);
  }
  filter.push_back(refuse(EPERM));
  return filter;
}

void install(const std::vector<sock_filter>& filter) {
  const sock_fprog program{static_cast<unsigned short>(filter.size()),
                           const_cast<sock_filter*>(filter.data())};
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
    base::throw_errno("install system call filter", "of the layer reader");
}

// Not above what there is already.
void limit(__rlimit_resource what, rlim_t most) {
  struct rlimit now {};
  if (::getrlimit(what, &now) != 0) base::throw_errno("read limits", "");
  if (now.rlim_max == RLIM_INFINITY || now.rlim_max > most) now.rlim_max = most;
  now.rlim_cur = now.rlim_max;
  if (::setrlimit(what, &now) != 0) base::throw_errno("set limits", "");
}

}  // namespace

void confine_reader(int directory, std::uint64_t largest_file) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, kDescriptors);
  limit(RLIMIT_FSIZE, largest_file);
  if (!kSanitized) limit(RLIMIT_DATA, kMemory);
  ::signal(SIGXFSZ, SIG_IGN);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) base::throw_errno("set", "no_new_privs");
  set_capabilities(kCapabilities);
  static_cast<void>(restrict_to(directory));
  install(make_filter());
}

}  // namespace cooper::sandbox
