#include "builder/sandbox/seccomp_filter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/fd.h"
#include "base/source.h"
#include "builder/sandbox/seccomp_calls.h"

namespace cooper::sandbox {
namespace {

using base::Fd;

#if defined(__x86_64__)
constexpr std::uint32_t kNative = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kNative = AUDIT_ARCH_AARCH64;
#else
#error "the system call filter is not defined for this processor"
#endif

// CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
constexpr std::uint64_t kNewNamespaces = 0x7E020000;

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

[[noreturn]] void fail(const char* what, int error) {
  throw base::system_error("make system call filter", what, error < 0 ? -error : error);
}

// A call this processor or library does not know is left out.
void allow(void* filter, const char* call, const std::vector<scmp_arg_cmp>& when = {}) {
  const int number = seccomp_syscall_resolve_name(call);
  if (number == __NR_SCMP_ERROR) return;
  const int error = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number,
                                           static_cast<unsigned>(when.size()), when.data());
  if (error != 0 && error != -EDOM) fail(call, error);
}

void allow_listed(void* filter) {
  std::string_view rest = kAllowedCalls;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (end != 0) allow(filter, std::string(rest.substr(0, end)).c_str());
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void allow_conditionally(void* filter) {
  for (const std::uint64_t persona : {0x0ULL, 0x8ULL, 0x20000ULL, 0x20008ULL, 0xffffffffULL}) {
    allow(filter, "personality", {{0, SCMP_CMP_EQ, persona, 0}});
  }
  allow(filter, "socket", {{0, SCMP_CMP_LT, AF_ALG, 0}});
  allow(filter, "socket", {{0, SCMP_CMP_EQ, AF_ALG + 1, 0}});
  allow(filter, "socket", {{0, SCMP_CMP_GT, AF_VSOCK, 0}});
  allow(filter, "clone", {{0, SCMP_CMP_MASKED_EQ, kNewNamespaces, 0}});
  const int clone3 = seccomp_syscall_resolve_name("clone3");
  if (const int error =
          seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(ENOSYS), clone3, 0, nullptr)) {
    fail("clone3", error);
  }
}

std::vector<sock_filter> exported(void* filter) {
  const Fd file(memfd_create("filter", MFD_CLOEXEC));
  if (!file) base::throw_errno("make system call filter", "memory file");
  if (const int error = seccomp_export_bpf(filter, file.get())) fail("export", error);
  const off_t size = lseek(file.get(), 0, SEEK_END);
  std::vector<sock_filter> program(static_cast<std::size_t>(size) / sizeof(sock_filter));
  const std::size_t bytes = program.size() * sizeof(sock_filter);
  if (pread(file.get(), program.data(), bytes, 0) != static_cast<ssize_t>(bytes)) fail("read", EIO);
  return program;
}

// What the library's rules cannot say: comparisons of an argument's low half, and numbers it does
// not know yet.
std::vector<sock_filter> prologue() {
  constexpr auto kLoad = static_cast<std::uint16_t>(BPF_LD | BPF_W | BPF_ABS);
  constexpr auto kEqual = static_cast<std::uint16_t>(BPF_JMP | BPF_JEQ | BPF_K);
  constexpr auto kAtLeast = static_cast<std::uint16_t>(BPF_JMP | BPF_JGE | BPF_K);
  constexpr auto kReturn = static_cast<std::uint16_t>(BPF_RET | BPF_K);
  constexpr int kI386 = 9, kCheck = 12, kDeny = 15, kUnknown = 16, kAllow = 17, kEnd = 18;
  std::vector<sock_filter> program;
  const auto add = [&](std::uint16_t code, std::uint32_t value, int yes = 0, int no = 0) {
    const int next = static_cast<int>(program.size()) + 1;
    const auto jump = [&](int to) { return static_cast<std::uint8_t>(to == 0 ? 0 : to - next); };
    program.push_back({code, jump(yes), jump(no), value});
  };
  add(kLoad, offsetof(seccomp_data, arch));
  add(kEqual, kNative, 0, kI386);
  add(kLoad, offsetof(seccomp_data, nr));
  add(kAtLeast, 0x40000000, kEnd);  // x32
  add(kEqual, SYS_ioctl, kCheck);
  add(kAtLeast, 467, kUnknown);
  add(kAtLeast, 462, kAllow);    // mseal, setxattrat, getxattrat, listxattrat, removexattrat
  add(kAtLeast, 457, kUnknown);  // statmount, listmount, lsm_*
  add(kAtLeast, 451, kAllow,
      kEnd);  // cachestat, fchmodat2, map_shadow_stack, futex_wake, futex_wait, futex_requeue
  add(kEqual, AUDIT_ARCH_I386, 0, kEnd);
  add(kLoad, offsetof(seccomp_data, nr));
  add(kEqual, 54, kCheck, kEnd);  // ioctl
  add(kLoad, offsetof(seccomp_data, args) + 8);
  add(kEqual, TIOCSTI, kDeny);
  add(kEqual, TIOCLINUX, kDeny, kEnd);
  add(kReturn, SECCOMP_RET_ERRNO | EPERM);
  add(kReturn, SECCOMP_RET_ERRNO | ENOSYS);
  add(kReturn, SECCOMP_RET_ALLOW);
  return program;
}

std::vector<sock_filter> make_program() {
  const Filter filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!filter) fail("start", ENOMEM);
  if (const int error =
          seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS))) {
    fail("other processors", error);
  }
#if defined(__x86_64__)
  if (const int error = seccomp_arch_add(filter.get(), SCMP_ARCH_X86)) fail("i386", error);
#endif
  // A search tree: the kernel tries every call number when it takes the filter, at each step.
  if (const int error = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2)) {
    fail("search tree", error);
  }
  allow_listed(filter.get());
  allow_conditionally(filter.get());
  std::vector<sock_filter> program = prologue();
  const std::vector<sock_filter> rules = exported(filter.get());
  program.insert(program.end(), rules.begin(), rules.end());
  return program;
}

}  // namespace

const std::vector<sock_filter>& seccomp_program() {
  static const std::vector<sock_filter> program = make_program();
  return program;
}

void install_seccomp_filter() {
  const std::vector<sock_filter>& filter = seccomp_program();
  const sock_fprog program{static_cast<unsigned short>(filter.size()),
                           const_cast<sock_filter*>(filter.data())};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) {
    base::throw_errno("install system call filter", "");
  }
}

}  // namespace cooper::sandbox
