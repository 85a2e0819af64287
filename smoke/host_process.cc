#include "smoke/host_process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "base/fd.h"
#include "base/file_at.h"
#include "base/process.h"

namespace cooper::smoke {
namespace {

using base::Error;
using base::ErrorKind;
using base::Fd;

// Everything the child needs, made before it is forked: it may only make system calls.
struct Child {
  std::string program;
  std::vector<char*> argv, env;
  int input = -1, output = -1, errors = -1, directory = -1, report = -1;
  bool apart = true;
};

std::vector<char*> pointers(const std::vector<std::string>& list) {
  std::vector<char*> result;
  for (const std::string& one : list) result.push_back(const_cast<char*>(one.c_str()));
  result.push_back(nullptr);
  return result;
}

[[noreturn]] void become(const Child& child) {
  const auto check = [&](bool good) {
    const int error = errno;
    if (!good) static_cast<void>(!::write(child.report, &error, sizeof error));
    if (!good) ::_exit(127);
  };
  check(::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
  ::setsid();
  if (child.apart) {
    check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
    check(::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0);
  }
  for (int number = 1; number < 65; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  check(::dup2(child.input, 0) >= 0 && ::dup2(child.output, 1) >= 0 &&
        ::dup2(child.errors, 2) >= 0);
  check(::fchdir(child.directory) == 0);
  check(::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0);
  ::execve(child.program.c_str(), child.argv.data(), child.env.data());
  check(false);
  ::_exit(127);
}

// fork() into a pid and a mount namespace (`apart`); the pidfd comes through `pidfd`.
pid_t fork_apart(int& pidfd, bool apart) {
  clone_args args{};
  args.flags = CLONE_PIDFD | (apart ? CLONE_NEWPID | CLONE_NEWNS : 0U);
  args.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  const long pid = ::syscall(SYS_clone3, &args, sizeof args);
  if (pid >= 0 || errno != ENOSYS) return static_cast<pid_t>(pid);
  const auto flags = static_cast<unsigned long>(args.flags) | SIGCHLD;
  return static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, &pidfd, nullptr, nullptr));
}

std::string program_of(const std::vector<std::string>& argv) {
  std::string program = base::find_program(argv.front(), kHostPath);
  if (!program.empty()) return program;
  throw Error(ErrorKind::not_found, "start host program", argv.front(),
              "it is not installed on this machine")
      .with_hint("install the package that has it, or give the sidecar an image");
}

sandbox::ExitStatus status_of(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return {info.si_status, std::nullopt};
  return {128 + info.si_status, info.si_status};
}

}  // namespace

struct HostProcess::State {
  Fd pidfd, output_end, errors_end;
  sandbox::Output output;
  mutable std::mutex mutex;
  std::optional<sandbox::ExitStatus> status;
  std::thread reader;
  pid_t group = 0;  // without a pid namespace: its process group

  void follow();
  bool pass_on(const Fd& fd, int stream) const;
  void drain(const Fd& fd, int stream) const;
};

bool HostProcess::State::pass_on(const Fd& fd, int stream) const {
  std::array<char, 16384> buffer;
  const ssize_t size = ::read(fd.get(), buffer.data(), buffer.size());
  if (size < 0) return errno == EINTR;
  if (size > 0) output(stream, {buffer.data(), static_cast<std::size_t>(size)});
  return size > 0;
}

void HostProcess::State::drain(const Fd& fd, int stream) const {
  ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  while (pass_on(fd, stream)) continue;
}

void HostProcess::State::follow() {
  std::array<pollfd, 3> waits{
      {{output_end.get(), POLLIN, 0}, {errors_end.get(), POLLIN, 0}, {pidfd.get(), POLLIN, 0}}};
  while (waits[2].revents == 0) {
    if (::poll(waits.data(), waits.size(), -1) < 0) continue;
    if (waits[0].revents != 0 && !pass_on(output_end, 1)) waits[0].fd = -1;
    if (waits[1].revents != 0 && !pass_on(errors_end, 2)) waits[1].fd = -1;
  }
  drain(output_end, 1);
  drain(errors_end, 2);
  siginfo_t info{};
  while (::waitid(P_PIDFD, static_cast<id_t>(pidfd.get()), &info, WEXITED) != 0 && errno == EINTR)
    continue;
  const std::lock_guard guard(mutex);
  status = status_of(info);
}

HostProcess::HostProcess(PodNetwork& network, const std::vector<std::string>& argv,
                         const std::vector<std::string>& env, int directory, sandbox::Output output)
    : state_(std::make_unique<State>()) {
  base::Pipe out = base::open_pipe();
  base::Pipe err = base::open_pipe();
  base::Pipe report = base::open_pipe();
  const Fd null = base::open_host("/dev/null", O_RDONLY);
  const Child child{program_of(argv), pointers(argv),     pointers(env),
                    null.get(),       out.write.get(),    err.write.get(),
                    directory,        report.write.get(), network.is_own()};
  int pidfd = -1;
  pid_t pid = -1;
  int error = 0;
  // The child belongs to the network's thread: it dies when that thread does.
  network.run([&] {
    pid = fork_apart(pidfd, child.apart);
    if (pid == 0) become(child);
    error = errno;
  });
  if (pid < 0) throw base::system_error("start host program", argv.front(), error);
  state_->pidfd = Fd(pidfd);
  if (!child.apart) state_->group = pid;
  out.write.reset();
  err.write.reset();
  report.write.reset();
  const bool failed = ::read(report.read.get(), &error, sizeof error) == sizeof error;
  if (failed) {
    ::waitpid(pid, nullptr, 0);
    throw base::system_error("start host program", argv.front(), error);
  }
  state_->output_end = std::move(out.read);
  state_->errors_end = std::move(err.read);
  state_->output = std::move(output);
  state_->reader = std::thread([state = state_.get()] { state->follow(); });
}

HostProcess::~HostProcess() {
  kill();
  state_->reader.join();
}

std::optional<sandbox::ExitStatus> HostProcess::ended() const {
  const std::lock_guard guard(state_->mutex);
  return state_->status;
}

void HostProcess::kill() {
  ::syscall(SYS_pidfd_send_signal, state_->pidfd.get(), SIGKILL, nullptr, 0);
  // While it is not reaped the group's number is its own; the descendants it has are in it.
  const std::lock_guard guard(state_->mutex);
  if (state_->group > 0 && !state_->status) ::kill(-state_->group, SIGKILL);
}

}  // namespace cooper::smoke
