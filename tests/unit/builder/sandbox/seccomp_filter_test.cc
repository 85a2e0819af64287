#include "builder/sandbox/seccomp_filter.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>
#include <initializer_list>

#include "builder/sandbox/capabilities.h"

using namespace cooper::sandbox;

namespace {

constexpr unsigned kAllow = SECCOMP_RET_ALLOW;
constexpr unsigned kNoPermission = SECCOMP_RET_ERRNO | EPERM;
constexpr unsigned kUnknown = SECCOMP_RET_ERRNO | ENOSYS;

#if defined(__x86_64__)
constexpr unsigned kArch = AUDIT_ARCH_X86_64;
#else
constexpr unsigned kArch = AUDIT_ARCH_AARCH64;
#endif

bool holds(const sock_filter& one, unsigned accumulator, unsigned value) {
  switch (BPF_OP(one.code)) {
    case BPF_JEQ: return accumulator == value;
    case BPF_JGT: return accumulator > value;
    case BPF_JGE: return accumulator >= value;
    default: return (accumulator & value) != 0;
  }
}

// What the kernel would answer: an interpreter of the few instructions such filters have.
unsigned verdict(const seccomp_data& data) {
  const auto& program = seccomp_program();
  unsigned accumulator = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const sock_filter& one = program[at];
    switch (BPF_CLASS(one.code)) {
      case BPF_LD:
        std::memcpy(&accumulator, reinterpret_cast<const char*>(&data) + one.k, sizeof accumulator);
        break;
      case BPF_ALU: accumulator &= one.k; break;
      case BPF_JMP:
        at +=
            BPF_OP(one.code) == BPF_JA ? one.k : (holds(one, accumulator, one.k) ? one.jt : one.jf);
        break;
      default: return one.k;
    }
  }
  return 0;
}

unsigned verdict(long call, std::initializer_list<std::uint64_t> arguments = {},
                 unsigned arch = kArch) {
  seccomp_data data{};
  data.nr = static_cast<int>(call);
  data.arch = arch;
  std::size_t i = 0;
  for (const std::uint64_t argument : arguments) data.args[i++] = argument;
  return verdict(data);
}

}  // namespace

TEST_CASE("everyday calls are allowed") {
  for (const long call : {SYS_read, SYS_openat, SYS_execve, SYS_clock_gettime, SYS_chroot,
                          SYS_mknodat, SYS_ptrace, SYS_statx}) {
    CAPTURE(call);
    CHECK(verdict(call) == kAllow);
  }
  CHECK(verdict(452) == kAllow);  // fchmodat2, newer than some libraries
}

// security.S9
TEST_CASE("S9: what is refused") {
  for (const long call : {SYS_mount,
                          SYS_umount2,
                          SYS_pivot_root,
                          SYS_unshare,
                          SYS_setns,
                          SYS_keyctl,
                          SYS_add_key,
                          SYS_bpf,
                          SYS_userfaultfd,
                          SYS_perf_event_open,
                          SYS_io_uring_setup,
                          SYS_open_by_handle_at,
                          SYS_init_module,
                          SYS_kexec_load,
                          SYS_reboot,
                          SYS_swapon,
                          SYS_pidfd_getfd,
                          SYS_kcmp,
                          SYS_open_tree,
                          SYS_move_mount,
                          SYS_fsopen,
                          SYS_quotactl,
                          SYS_syslog,
                          SYS_settimeofday,
                          SYS_acct}) {
    CAPTURE(call);
    CHECK(verdict(call) == kNoPermission);
  }
}

TEST_CASE("calls that do not exist yet are unknown, not forbidden") {
  CHECK(verdict(457) == kUnknown);
  CHECK(verdict(500) == kUnknown);
  CHECK(verdict(SYS_clone3) == kUnknown);
}

TEST_CASE("new namespaces by clone are refused") {
  CHECK(verdict(SYS_clone, {0x01200011}) == kAllow);
  for (const std::uint64_t flag : std::initializer_list<std::uint64_t>{
           0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000}) {
    CHECK(verdict(SYS_clone, {flag | 17}) == kNoPermission);
  }
}

// security.S9
TEST_CASE("sockets, personalities and terminals") {
  CHECK(verdict(SYS_socket, {AF_INET}) == kAllow);
  CHECK(verdict(SYS_socket, {AF_UNIX}) == kAllow);
  CHECK(verdict(SYS_socket, {AF_NETLINK}) == kAllow);
  CHECK(verdict(SYS_socket, {AF_ALG}) == kNoPermission);
  CHECK(verdict(SYS_socket, {AF_VSOCK}) == kNoPermission);
  CHECK(verdict(SYS_personality, {0}) == kAllow);
  CHECK(verdict(SYS_personality, {0xffffffff}) == kAllow);
  CHECK(verdict(SYS_personality, {0x40000}) == kNoPermission);
  CHECK(verdict(SYS_ioctl, {0, TIOCGWINSZ}) == kAllow);
  CHECK(verdict(SYS_ioctl, {0, TIOCSTI}) == kNoPermission);
  CHECK(verdict(SYS_ioctl, {0, TIOCSTI | (std::uint64_t{1} << 32)}) == kNoPermission);
  CHECK(verdict(SYS_ioctl, {0, TIOCLINUX}) == kNoPermission);
}

#if defined(__x86_64__)
TEST_CASE("32-bit programs run, x32 and terminals' typing do not") {
  CHECK(verdict(3, {}, AUDIT_ARCH_I386) == kAllow);          // read
  CHECK(verdict(21, {}, AUDIT_ARCH_I386) == kNoPermission);  // mount
  CHECK(verdict(54, {0, TIOCSTI}, AUDIT_ARCH_I386) == kNoPermission);
  CHECK(verdict(0x40000000 | SYS_read) != kAllow);
}
#endif

TEST_CASE("Docker's fourteen capabilities") {
  int count = 0;
  for (std::uint64_t left = kDefaultCapabilities; left != 0; left &= left - 1) ++count;
  CHECK(count == 14);
  CHECK((kDefaultCapabilities >> 21 & 1) == 0);  // sys_admin
}
