#include "base/process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/fd.h"
#include "base/file_at.h"
#include "base/sink.h"
#include "base/source.h"

namespace cooper::base {
namespace {

using Clock = std::chrono::steady_clock;

// Everything the child needs, made before the fork: between fork and exec nothing may allocate.
struct Launch {
  std::string program;
  std::vector<char*> argv;
  std::vector<char*> env;
  int directory = -1;
  int input = -1;
  int output = -1;
  int errors = -1;
  int report = -1;
  pid_t parent = 0;
};

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

[[noreturn]] void fail_in_child(int report) {
  const int cause = errno;
  static_cast<void>(!::write(report, &cause, sizeof cause));
  ::_exit(127);
}

void reset_signals() {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Only async-signal-safe calls: this is a copy of one thread of a process with many.
[[noreturn]] void run_child(const Launch& launch) {
  reset_signals();
  ::setsid();
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail_in_child(launch.report);
  if (::getppid() != launch.parent) ::_exit(127);
  const std::array<int, 3> wanted = {launch.input, launch.output, launch.errors};
  for (int fd = 0; fd < 3; ++fd) {
    if (::dup2(wanted[static_cast<std::size_t>(fd)], fd) < 0) fail_in_child(launch.report);
  }
  if (launch.directory >= 0 && ::fchdir(launch.directory) != 0) fail_in_child(launch.report);
  if (::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) fail_in_child(launch.report);
  ::execve(launch.program.c_str(), launch.argv.data(), launch.env.data());
  fail_in_child(launch.report);
}

// Standard input as a file in memory: nobody has to feed it, and it never touches a disk.
Fd input_of(const std::string& text) {
  if (text.empty()) return open_host("/dev/null", O_RDONLY);
  Fd memory(::memfd_create("input", MFD_CLOEXEC));
  if (!memory) throw_errno("create", "standard input");
  write_all(memory.get(), as_bytes(text), "standard input");
  if (::lseek(memory.get(), 0, SEEK_SET) != 0) throw_errno("rewind", "standard input");
  return memory;
}

// dup2 in the child must not overwrite one of its own sources: keep them all above 2.
Fd above_standard(Fd fd) { return fd.get() > 2 ? std::move(fd) : fd.duplicate(); }

// The running child. Destroyed early, it is killed and reaped.
class Child {
 public:
  Child(pid_t pid, std::string name) : pid_(pid), name_(std::move(name)) {
    pidfd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0U)));
    if (!pidfd_) {
      const int cause = errno;
      end();
      throw system_error("watch", name_, cause);
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { end(); }

  [[nodiscard]] int pidfd() const { return pidfd_.get(); }

  // Kills what is left of the group and reaps the child. While it is not reaped its number belongs
  // to it.
  int end() noexcept {
    if (pid_ <= 0) return status_;
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status_;
  }

 private:
  pid_t pid_;
  std::string name_;
  Fd pidfd_;
  int status_ = 0;
};

// What one of the child's streams said.
struct Stream {
  Fd fd;
  std::string text = {};
  std::uint64_t limit = 0;
  bool overflowed = false;

  // Reads what is there; closes at the end.
  void take() {
    std::array<char, 16384> buffer;
    for (;;) {
      const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) {
        fd.reset();
        return;
      }
      const std::uint64_t room = limit - text.size();
      const auto size = static_cast<std::size_t>(count);
      if (size > room) overflowed = true;
      text.append(buffer.data(), size > room ? static_cast<std::size_t>(room) : size);
    }
  }
};

Stream stream_of(Fd fd, std::uint64_t limit) {
  if (::fcntl(fd.get(), F_SETFL, O_NONBLOCK) != 0) throw_errno("set up", "pipe");
  Stream stream;
  stream.fd = std::move(fd);
  stream.limit = limit;
  return stream;
}

struct Running {
  Child child;
  Stream output;
  Stream errors;
};

// Waits for the end of the child and reads its streams meanwhile.
void watch(const ProcessSpec& spec, const std::string& name, Running& running) {
  const Fd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake) throw_errno("create", "event descriptor");
  const std::stop_callback on_stop(spec.stop,
                                   [&wake] { static_cast<void>(::eventfd_write(wake.get(), 1)); });
  const auto deadline = Clock::now() + spec.timeout;
  for (bool ended = false; !ended;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count() + 1;
    if (spec.stop.stop_requested()) throw Error(ErrorKind::cancelled, "run", name, "cancelled");
    if (left <= 1) {
      throw Error(ErrorKind::failure, "run", name,
                  "it did not finish within " + std::to_string(spec.timeout.count()) + " ms");
    }
    std::array<pollfd, 4> polled = {
        pollfd{running.output.fd.get(), POLLIN, 0}, pollfd{running.errors.fd.get(), POLLIN, 0},
        pollfd{running.child.pidfd(), POLLIN, 0}, pollfd{wake.get(), POLLIN, 0}};
    const int wait = left > 60'000 ? 60'000 : static_cast<int>(left);
    if (::poll(polled.data(), polled.size(), wait) < 0 && errno != EINTR)
      throw_errno("wait for", name);
    ended = polled[2].revents != 0;
    // After the end the streams are read once more, but not to their own end: an orphan may hold
    // them open.
    if (running.output.fd && (polled[0].revents != 0 || ended)) running.output.take();
    if (running.errors.fd && (polled[1].revents != 0 || ended)) running.errors.take();
    if (running.output.overflowed) {
      throw Error(ErrorKind::limit, "run", name,
                  "it printed more than " + std::to_string(running.output.limit) + " bytes");
    }
  }
}

// Forks and executes; returns the child's number once it runs the program.
pid_t launch_child(Launch& launch, const std::string& name) {
  Pipe report = open_pipe();
  report.write = above_standard(std::move(report.write));
  launch.report = report.write.get();
  launch.parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw_errno("start", name);
  if (pid == 0) run_child(launch);
  report.write.reset();
  int cause = 0;
  FdSource source(std::move(report.read), name);
  const std::size_t count = source.read(std::as_writable_bytes(std::span(&cause, 1)));
  if (count == 0) return pid;
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  throw system_error("run", name, cause);
}

std::string program_of(const ProcessSpec& spec) {
  if (spec.argv.empty()) throw Error(ErrorKind::usage, "run", "", "no program was named");
  for (const std::vector<std::string>* texts : {&spec.argv, &spec.env}) {
    for (const std::string& text : *texts) {
      if (text.find('\0') != std::string::npos) {
        throw Error(ErrorKind::usage, "run", spec.argv[0],
                    "an argument or a variable contains a NUL byte");
      }
    }
  }
  std::string path;
  for (const std::string& entry : spec.env) {
    if (entry.starts_with("PATH=")) path = entry.substr(5);
  }
  std::string program = find_program(spec.argv[0], path);
  if (program.empty())
    throw Error(ErrorKind::not_found, "run", spec.argv[0], "the program is not installed");
  return program;
}

}  // namespace

std::string find_program(const std::string& name, const std::string& path) {
  const auto is_program = [](const std::string& file) {
    struct stat status = {};
    return ::stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
           ::access(file.c_str(), X_OK) == 0;
  };
  if (name.empty()) return {};
  if (name.find('/') != std::string::npos) return is_program(name) ? name : std::string();
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t colon = rest.find(':');
    const std::string_view directory = rest.substr(0, colon);
    // An empty or relative entry would mean the working directory, which others may control.
    if (directory.starts_with('/')) {
      std::string file = std::string(directory) + "/" + name;
      if (is_program(file)) return file;
    }
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  return {};
}

ProcessResult run_process(const ProcessSpec& spec) {
  Launch launch;
  launch.program = program_of(spec);
  launch.argv = pointers_to(spec.argv);
  launch.env = pointers_to(spec.env);
  launch.directory = spec.directory;
  const std::string& name = spec.argv[0];
  Fd input = above_standard(input_of(spec.input));
  Pipe output = open_pipe();
  Pipe errors = open_pipe();
  output.write = above_standard(std::move(output.write));
  errors.write = above_standard(std::move(errors.write));
  launch.input = input.get();
  launch.output = output.write.get();
  launch.errors = errors.write.get();
  Stream out = stream_of(std::move(output.read), spec.output_limit);
  Stream err = stream_of(std::move(errors.read), spec.errors_limit);
  Running running{{launch_child(launch, name), name}, std::move(out), std::move(err)};
  output.write.reset();
  errors.write.reset();
  watch(spec, name, running);
  const int status = running.child.end();
  ProcessResult result;
  result.output = std::move(running.output.text);
  result.errors = std::move(running.errors.text);
  result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  result.exit_status = result.signal != 0 ? 128 + result.signal : WEXITSTATUS(status);
  return result;
}

}  // namespace cooper::base
