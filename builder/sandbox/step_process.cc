#include "builder/sandbox/step_process.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <span>
#include <string_view>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/sandbox/capabilities.h"
#include "builder/sandbox/child_messages.h"
#include "builder/sandbox/landlock.h"
#include "builder/sandbox/message.h"
#include "builder/sandbox/namespace_cure.h"
#include "builder/sandbox/notify_filter.h"
#include "builder/sandbox/rlimits.h"
#include "builder/sandbox/seccomp_filter.h"

namespace cooper::sandbox {
namespace {

using base::Error;
using base::ErrorKind;
using base::throw_errno;

// Handlers are all default since the launcher began; only the mask of init must not be passed on.
void unblock_signals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

void set_streams(const StepProcess& step) {
  const base::Fd null = base::open_host("/dev/null", O_RDONLY);
  const int input = step.terminal ? step.output : null.get();
  if (dup2(input, 0) < 0 || dup2(step.output, 1) < 0 || dup2(step.errors, 2) < 0) {
    throw_errno("set up", "standard streams");
  }
  if (step.terminal && ioctl(0, TIOCSCTTY, 0) != 0) throw_errno("take", "the terminal");
  if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
    throw_errno("close", "descriptors");
}

// The pipes become the user's, who may then open them by name too (/dev/stdout); an id that this
// user namespace does not have is refused later, when it is taken on.
void give_streams(const UserIds& user) {
  for (const int stream : {1, 2}) {
    if (fchown(stream, user.uid, static_cast<gid_t>(-1)) != 0 && errno != EINVAL) {
      throw_errno("give away", "standard streams");
    }
  }
}

void set_limits(const std::vector<Rlimit>& wanted) {
  struct rlimit files {};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_max = std::min<rlim_t>(files.rlim_max, 1U << 20);
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, 1024);
    setrlimit(RLIMIT_NOFILE, &files);
  }
  const struct rlimit none { 0, 0 };
  setrlimit(RLIMIT_CORE, &none);
  for (const Rlimit& limit : wanted) set_rlimit(limit);
}

// The directory is looked up inside the root, and the kernel must agree that it lies there.
void enter_directory(const std::string& cwd) {
  const base::Fd root = base::open_host("/", O_PATH | O_DIRECTORY);
  base::Fd directory;
  try {
    directory = base::open_in_root(root.get(), cwd, O_PATH | O_DIRECTORY);
  } catch (const Error& error) {
    throw Error(error.kind(), "change to working directory", cwd, error.cause());
  }
  if (fchdir(directory.get()) != 0) throw_errno("change to working directory", cwd);
  std::array<char, PATH_MAX> path{};
  const long size = syscall(SYS_getcwd, path.data(), path.size());
  if (size <= 0 || path[0] != '/') {
    throw Error(ErrorKind::denied, "change to working directory", cwd, "it lies outside the root");
  }
}

// A user namespace of one id forbids to change groups; they give nothing there.
bool groups_are_fixed() {
  const auto text = base::try_read_file_at(AT_FDCWD, "/proc/self/setgroups", 16);
  return text && text->starts_with("deny");
}

[[noreturn]] void refuse_user(const char* doing, const std::string& name) {
  Error error = base::system_error(doing, name, errno);
  if (error.system_errno() == EPERM)
    error.with_hint("cooper needs the capabilities CAP_SETUID and CAP_SETGID for it");
  if (error.system_errno() == EINVAL) error.with_hint(kMoreIds);
  throw error;
}

void set_ids(const UserIds& user) {
  std::vector<gid_t> groups(user.groups.begin(), user.groups.end());
  if (std::find(groups.begin(), groups.end(), user.gid) == groups.end()) groups.push_back(user.gid);
  const std::string name = std::to_string(user.uid) + ":" + std::to_string(user.gid);
  const bool fixed = groups_are_fixed();
  if (!fixed && setgroups(groups.size(), groups.data()) != 0)
    refuse_user("set groups of user", name);
  if (setresgid(user.gid, user.gid, user.gid) != 0) refuse_user("become user", name);
  if (setresuid(user.uid, user.uid, user.uid) != 0) refuse_user("become user", name);
  uid_t u[3];
  gid_t g[3];
  if (getresuid(u, u + 1, u + 2) != 0 || getresgid(g, g + 1, g + 2) != 0 ||
      std::any_of(u, u + 3, [&](uid_t id) { return id != user.uid; }) ||
      std::any_of(g, g + 3, [&](gid_t id) { return id != user.gid; }) ||
      (!fixed && getgroups(0, nullptr) != static_cast<int>(groups.size()))) {
    throw Error(ErrorKind::denied, "become user", name, "the kernel reports other ids");
  }
}

void enter_root(int root) {
  if (fchdir(root) != 0 || chroot(".") != 0) throw_errno("change the root to", "the step's");
}

// Without namespaces less is left to a step, and what it could do to others in the container is
// forbidden. Programs with a set-user-id bit have no effect then.
void harden(int root) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) throw_errno("set", "no_new_privs");
  static_cast<void>(restrict_to(root));
}

void drop_power(const StepProcess& step) {
  syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING,
          nullptr);  // not the builder's keys; absent in some kernels
  if (step.chroot_to >= 0) harden(step.chroot_to);
  if (!step.insecure) install_seccomp_filter();
  const bool in_chroot = step.chroot_to >= 0;
  const std::uint64_t given = in_chroot ? kChrootCapabilities : kDefaultCapabilities;
  const std::uint64_t mask = step.insecure ? ~std::uint64_t{0} : given;
  if (!step.insecure) limit_capabilities(mask);
  set_ids(step.user);
  set_capabilities(step.user.uid == 0 ? mask : 0);
  if (!in_chroot) return;
  const base::Fd listener = install_notify_filter();
  const int fd = listener.get();
  send_message(step.proc_server, "filter", std::span<const int>(&fd, 1));
}

std::vector<char*> pointers(const std::vector<std::string>& list) {
  std::vector<char*> result;
  for (const std::string& one : list) result.push_back(const_cast<char*>(one.c_str()));
  result.push_back(nullptr);
  return result;
}

[[noreturn]] void say_and_exit(const std::string& program, std::string_view cause, int code) {
  const std::string text =
      "exec: \"" + base::printable(program) + "\": " + std::string(cause) + "\n";
  if (write(2, text.data(), text.size()) < 0) _exit(125);
  _exit(code);
}

std::string_view path_of(const std::vector<std::string>& env) {
  constexpr std::string_view kName = "PATH=";
  for (auto one = env.rbegin(); one != env.rend(); ++one) {
    if (one->starts_with(kName)) return std::string_view(*one).substr(kName.size());
  }
  return {};
}

[[noreturn]] void exec_program(const StepProcess& step) {
  const std::string& program = step.argv.front();
  const std::vector<char*> argv = pointers(step.argv);
  const std::vector<char*> env = pointers(step.env);
  const bool search = program.find('/') == std::string::npos;
  int worst = ENOENT;
  std::string_view rest = search ? path_of(step.env) : std::string_view(".");
  while (!program.empty() && !rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    std::string file = search ? std::string(rest.substr(0, end)) + "/" + program : program;
    if (search && end == 0) file = "./" + program;
    rest.remove_prefix(std::min(end + 1, rest.size()));
    struct stat status {};
    if (search && stat(file.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) continue;
    execve(file.c_str(), argv.data(), env.data());
    if (errno != ENOENT && errno != ENOTDIR) worst = errno;
    if (worst != ENOENT && worst != EACCES) break;
    if (search && worst == ENOENT && stat(file.c_str(), &status) == 0) {
      say_and_exit(program, "its interpreter does not exist", 127);
    }
  }
  if (worst == ENOENT && search) {
    say_and_exit(program, "executable file not found in $PATH", 127);
  }
  if (worst == ENOENT) say_and_exit(program, "no such file or directory", 127);
  if (worst == EACCES) say_and_exit(program, "permission denied", 126);
  say_and_exit(program, base::system_error("", "", worst).cause(), 126);
}

}  // namespace

void become_step(const StepProcess& step) {
  try {
    setsid();
    umask(022);
    unblock_signals();
    set_streams(step);
    if (!step.terminal) give_streams(step.user);
    set_limits(step.limits);
    if (step.chroot_to >= 0) enter_root(step.chroot_to);
    enter_directory(step.cwd);
    drop_power(step);
  } catch (const Error& error) {
    const std::string text = to_json(Report{failed_from(error)});
    if (write(step.report, text.data(), text.size()) < 0) _exit(124);
    _exit(125);
  }
  exec_program(step);
}

pid_t fork_step(const StepProcess& step) {
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    become_step(step);
  }
  return pid;
}

// As posix_spawn does it: on a stack of its own in the caller's memory, while the caller stands
// still until the program is executed. Copying the memory map of a process is what a short step
// costs most.
pid_t spawn_step(const StepProcess& step) {
  constexpr std::size_t kStack = std::size_t{256} << 10;
  void* stack =
      mmap(nullptr, kStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return -1;
  const auto child = [](void* argument) -> int {
    become_step(*static_cast<const StepProcess*>(argument));
  };
  const pid_t pid = clone(child, static_cast<char*>(stack) + kStack,
                          CLONE_VM | CLONE_VFORK | SIGCHLD, const_cast<StepProcess*>(&step));
  const int error = errno;
  munmap(stack, kStack);
  errno = error;
  return pid;
}

}  // namespace cooper::sandbox
