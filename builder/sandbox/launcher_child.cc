#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <optional>
#include <vector>

#include "builder/sandbox/child_task.h"
#include "builder/sandbox/container_init.h"
#include "builder/sandbox/launcher.h"
#include "builder/sandbox/message.h"
#include "builder/sandbox/sandbox.h"
#include "builder/sandbox/seccomp_filter.h"

namespace cooper::sandbox {
namespace {

using base::Fd;

// fork() into new namespaces; the pidfd comes through `pidfd`.
pid_t fork_into(std::uint64_t namespaces, int& pidfd) {
  clone_args args{};
  args.flags = namespaces | CLONE_PIDFD;
  args.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  long pid = syscall(SYS_clone3, &args, sizeof args);
  if (pid < 0 && errno == ENOSYS) {  // also what a container's filter answers
    const auto flags = namespaces | CLONE_PIDFD | SIGCHLD;
    pid = syscall(SYS_clone, flags, nullptr, &pidfd, nullptr, nullptr);
  }
  return static_cast<pid_t>(pid);
}

// An init that was forked before it is asked for, while the step before it runs: the next step
// likely wants the same namespaces. It waits for its descriptors and knows nothing else.
struct Spare {
  LaunchRequest request;
  pid_t pid = -1;
  Fd pidfd, socket;
};

class Server {
 public:
  Server(Fd socket, std::span<const ChildTask> tasks) : socket_(std::move(socket)), tasks_(tasks) {}

  void run() {
    if (const auto first = receive_message(socket_.get())) take_limits(first->text);
    while (auto message = receive_message(socket_.get())) {
      const LaunchRequest request = parse_launch_request(message->text);
      if (message->fds.size() == 3) serve(request, std::move(message->fds));
      if (request.namespaces != 0) prepare(request);
    }
  }

 private:
  void serve(const LaunchRequest& request, std::vector<Fd> fds) {
    const bool container = request.task.empty();
    if (container && request.filter) static_cast<void>(seccomp_program());
    if (container && use_spare(request, fds)) return;
    int pidfd = -1;
    const pid_t pid = fork_into(request.namespaces, pidfd);
    if (pid == 0) {
      socket_.reset();
      if (!container) run_task(request.task, std::move(fds[0]));
      run_container_init(std::move(fds[0]), std::move(fds[1]), std::move(fds[2]));
    }
    const int error = pid < 0 ? errno : 0;
    reply({pid, error}, Fd(pidfd));
  }

  [[noreturn]] void run_task(const std::string& name, Fd control) const {
    for (const ChildTask& task : tasks_) {
      if (name == task.name) task.run(std::move(control));
    }
    _exit(1);
  }

  bool use_spare(const LaunchRequest& request, const std::vector<Fd>& fds) {
    const Spare spare = std::move(spare_);
    spare_ = {};
    if (!spare.socket || spare.request.namespaces != request.namespaces) return false;
    try {
      send_message(spare.socket.get(), "go", std::array{fds[0].get(), fds[1].get(), fds[2].get()});
    } catch (const std::exception&) {
      return false;  // it was killed; another is forked
    }
    reply({spare.pid, 0}, spare.pidfd);
    return true;
  }

  void reply(const LaunchReply& reply, const Fd& pidfd) {
    const int fd = pidfd.get();
    send_message(socket_.get(), to_json(reply), std::span<const int>(&fd, fd < 0 ? 0 : 1));
  }

  void prepare(const LaunchRequest& request) {
    SocketPair pair = open_socket_pair();
    int pidfd = -1;
    const pid_t pid = fork_into(request.namespaces, pidfd);
    if (pid == 0) {
      socket_.reset();
      pair.mine.reset();
      wait_as_spare(std::move(pair.theirs));
    }
    if (pid > 0) spare_ = {request, pid, Fd(pidfd), std::move(pair.mine)};
  }

  [[noreturn]] static void wait_as_spare(Fd socket) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::optional<Message> message = receive_message(socket.get());
    socket.reset();
    if (!message || message->fds.size() != 3) _exit(0);  // not needed, or the launcher has gone
    std::vector<Fd>& fds = message->fds;
    run_container_init(std::move(fds[0]), std::move(fds[1]), std::move(fds[2]));
  }

  Fd socket_;
  std::span<const ChildTask> tasks_;
  Spare spare_;
};

}  // namespace

void run_launcher(Fd socket, std::span<const ChildTask> tasks) {
  prctl(PR_SET_DUMPABLE, 0);
  signal(SIGCHLD, SIG_IGN);  // ended inits need no reaping; the builder watches their pidfd
  try {
    Server(std::move(socket), tasks).run();
  } catch (const std::exception&) {
    _exit(1);
  }
  _exit(0);
}

void run_child_if_asked(int argc, char** argv, std::span<const ChildTask> tasks) {
  if (argc != 1 || std::strcmp(argv[0], kChildName) != 0) return;
  run_launcher(Fd(3), tasks);
}

void run_child_if_asked(int argc, char** argv) { run_child_if_asked(argc, argv, {}); }

}  // namespace cooper::sandbox
