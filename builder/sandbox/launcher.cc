#include "builder/sandbox/launcher.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "builder/sandbox/message.h"

namespace cooper::sandbox {
namespace {

using base::Error;
using base::ErrorKind;
using base::Fd;

// The attributes and actions of posix_spawn, released at the end.
struct SpawnPlan {
  SpawnPlan() {
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&actions);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
  }
  posix_spawnattr_t attributes{};
  posix_spawn_file_actions_t actions{};
};

pid_t spawn_self(int socket) {
  SpawnPlan plan;
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&plan.attributes, &none);
  posix_spawnattr_setsigdefault(&plan.attributes, &all);
  posix_spawnattr_setflags(&plan.attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  posix_spawn_file_actions_addopen(&plan.actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&plan.actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&plan.actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&plan.actions, socket, 3);
  posix_spawn_file_actions_addclosefrom_np(&plan.actions, 4);
  std::array<char*, 2> argv{const_cast<char*>(kChildName), nullptr};
  std::array<char*, 1> env{nullptr};
  pid_t pid = -1;
  const int error =
      posix_spawn(&pid, "/proc/self/exe", &plan.actions, &plan.attributes, argv.data(), env.data());
  if (error != 0) throw base::system_error("start", "the sandbox launcher", error);
  return pid;
}

}  // namespace

Launcher::~Launcher() {
  socket_.reset();  // the launcher ends, and what it still runs
  if (pid_ > 0) ending_.push_back(pid_);
  for (const int pid : ending_) {
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) continue;
  }
}

void Launcher::reap_at_end(int pid) {
  const std::lock_guard lock(mutex_);
  ending_.push_back(pid);
}

void Launcher::spawn() {
  SocketPair pair = open_socket_pair();
  // Descriptor 3 of the child must not be the one that is being copied there.
  if (pair.theirs.get() == 3) pair.theirs = Fd(fcntl(3, F_DUPFD_CLOEXEC, 4));
  pid_ = spawn_self(pair.theirs.get());
  socket_ = std::move(pair.mine);
  send_message(socket_.get(), limits_to_json());
}

Launched Launcher::launch(const LaunchRequest& request, int terminal) {
  SocketPair control = open_socket_pair();
  const bool piped = terminal < 0;
  base::Pipe output, errors;
  if (piped) {
    output = base::open_pipe();
    errors = base::open_pipe();
  }
  std::optional<Message> reply;
  {
    const std::lock_guard lock(mutex_);
    if (!socket_) spawn();
    const std::array fds{control.theirs.get(), piped ? output.write.get() : terminal,
                         piped ? errors.write.get() : terminal};
    send_message(socket_.get(), to_json(request), fds);
    reply = receive_message(socket_.get());
  }
  if (!reply) {
    throw Error(ErrorKind::failure, "start", "the sandbox launcher", "it ended at once")
        .with_hint(
            "a program that uses the sandbox must call run_child_if_asked() first in main()");
  }
  const LaunchReply launched = parse_launch_reply(reply->text);
  if (launched.error != 0) {
    throw base::system_error("start a process in", "new namespaces", launched.error);
  }
  if (reply->fds.size() != 1) {
    throw Error(ErrorKind::failure, "start", "the sandbox",
                "the launcher sent no process descriptor");
  }
  return {launched.pid, std::move(reply->fds[0]), std::move(control.mine), std::move(output.read),
          std::move(errors.read)};
}

}  // namespace cooper::sandbox
