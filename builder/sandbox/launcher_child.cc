#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>

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

void serve(Fd& socket, Message message) {
  const LaunchRequest request = parse_launch_request(message.text);
  if (message.fds.size() != 3) return;
  LaunchReply reply;
  if (request.filter) static_cast<void>(seccomp_program());
  int pidfd = -1;
  const pid_t pid = fork_into(request.namespaces, pidfd);
  if (pid == 0) {
    socket.reset();
    run_container_init(std::move(message.fds[0]), std::move(message.fds[1]),
                       std::move(message.fds[2]));
  }
  const Fd owned(pidfd);
  reply.pid = pid;
  reply.error = pid < 0 ? errno : 0;
  if (pid > 0) {
    send_message(socket.get(), to_json(reply), std::span<const int>(&pidfd, 1));
  } else {
    send_message(socket.get(), to_json(reply));
  }
}

}  // namespace

void run_launcher(Fd socket) {
  prctl(PR_SET_DUMPABLE, 0);
  signal(SIGCHLD, SIG_IGN);  // ended inits need no reaping; the builder watches their pidfd
  try {
    while (auto message = receive_message(socket.get())) serve(socket, std::move(*message));
  } catch (const std::exception&) {
    _exit(1);
  }
  _exit(0);
}

void run_child_if_asked(int argc, char** argv) {
  if (argc != 1 || std::strcmp(argv[0], kChildName) != 0) return;
  run_launcher(Fd(3));
}

}  // namespace cooper::sandbox
