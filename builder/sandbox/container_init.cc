#include "builder/sandbox/container_init.h"

#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <list>
#include <memory>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/file_at.h"
#include "base/source.h"
#include "base/within_limit.h"
#include "builder/sandbox/child_messages.h"
#include "builder/sandbox/chroot_runner.h"
#include "builder/sandbox/landlock.h"
#include "builder/sandbox/message.h"
#include "builder/sandbox/mount_plan.h"
#include "builder/sandbox/op_runner.h"
#include "builder/sandbox/process_tree.h"
#include "builder/sandbox/step_process.h"

namespace cooper::sandbox {
namespace {

using base::Error;
using base::ErrorKind;
using base::Fd;

std::string read_database(int root, const char* path) {
  const auto handle = base::try_open_in_root(root, path, O_PATH);
  if (!handle) return {};
  if (!S_ISREG(base::stat_fd(handle->get(), path).st_mode)) {
    throw Error(ErrorKind::failure, "read", path, "not a regular file");
  }
  base::FdSource source(base::open_in_root(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY), path);
  return base::within(base::Limit::passwd_bytes,
                      [&](std::uint64_t most) { return base::read_all(source, most, path); });
}

void raise_loopback() {
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (!socket || ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) {
    base::throw_errno("raise", "the loopback interface");
  }
}

void join_network(const std::vector<Fd>& sent, int pid) {
  if (sent.size() != 1 || setns(sent.front().get(), CLONE_NEWNET) != 0)
    base::throw_errno("join the network of process", std::to_string(pid));
}

class Init {
 public:
  Init(Fd control, Fd output, Fd errors)
      : control_(std::move(control)), output_(std::move(output)), errors_(std::move(errors)) {}

  void run() {
    const auto message = receive_message(control_.get());
    if (!message) return;
    try {
      const ContainerRequest request = parse_container_request(message->text);
      set_up(request, message->fds);
      StepProcess step = step_;
      step.output = output_.get();
      step.errors = errors_.get();
      main_ = start(step);
    } catch (const Error& error) {
      if (in_chroot_) kill_descendants({});
      if (runner_) runner_->clean();
      report(control_.get(), failed_from(error));
      return;
    }
    to_proc_server_.reset();  // each process of the step has its own
    output_.reset();
    errors_.reset();
    report(control_.get(), Started{});
    serve();
  }

 private:
  struct Exec {
    Fd status;
    pid_t pid = -1;
  };

  static void report(int socket, const Report& report) { send_message(socket, to_json(report)); }

  void set_up(const ContainerRequest& request, const std::vector<Fd>& sent) {
    const SandboxSpec& spec = request.spec;
    if (spec.argv.empty()) throw Error(ErrorKind::usage, "start", "", "no program is named");
    in_chroot_ = request.facts.chroot;
    if (in_chroot_) {
      keep_watch();
    } else {
      set_up_namespaces(spec, sent);
    }
    std::vector<MountOp> plan = mount_plan(spec, request.facts);
    const std::vector<MountOp> enter{std::move(plan.back())};
    plan.pop_back();
    if (in_chroot_) {
      runner_ = std::make_unique<ChrootRunner>();
    } else {
      runner_ = std::make_unique<OpRunner>();
    }
    runner_->run(plan);
    step_.user = user_of(spec.user);
    runner_->run(enter);
    runner_->seal();
    // A descriptor of the step's files that somebody outside holds would outlive the step.
    if (!in_chroot_ && !spec.insecure && spec.network == NetworkMode::host)
      static_cast<void>(keep_to_own_sockets());
    hostname_ = spec.hostname;
    if (in_chroot_) step_ = with_proc_server(step_);
    step_.argv = spec.argv;
    step_.env = spec.env;
    step_.cwd = spec.cwd.empty() ? "/" : spec.cwd;
    step_.insecure = spec.insecure;
    step_.terminal = spec.terminal;
    step_.limits = spec.limits;
    const auto is_home = [](const std::string& one) { return one.starts_with("HOME="); };
    if (std::none_of(step_.env.begin(), step_.env.end(), is_home)) {
      step_.env.push_back("HOME=" + step_.user.home);
    }
  }

  static void set_up_namespaces(const SandboxSpec& spec, const std::vector<Fd>& sent) {
    if (spec.network == NetworkMode::join) join_network(sent, spec.network_of);
    if (spec.network == NetworkMode::none) raise_loopback();
    if (sethostname(spec.hostname.c_str(), spec.hostname.size()) != 0) {
      base::throw_errno("set host name", spec.hostname);
    }
  }

  // No pid namespace ends the step with us: we must be the last to go, and see to it ourselves when
  // the builder ends (the end of the control socket).
  static void keep_watch() {
    prctl(PR_SET_PDEATHSIG, 0);
    become_subreaper();
  }

  // The process with a server of /proc of its own, which ends with it; to_proc_server_ is for its
  // start only.
  StepProcess with_proc_server(StepProcess step) {
    SocketPair pair = open_socket_pair();
    const int root = runner_->root();
    const pid_t server = fork();
    if (server < 0) base::throw_errno("fork", "the server of /proc");
    if (server == 0) {
      pair.mine.reset();
      control_.reset();
      output_.reset();
      errors_.reset();
      const auto& runner = static_cast<const ChrootRunner&>(*runner_);
      run_proc_server(pair.theirs, {root, hostname_, &runner.served()});
    }
    proc_servers_.insert(server);
    to_proc_server_ = std::move(pair.mine);
    step.chroot_to = root;
    step.proc_server = to_proc_server_.get();
    return step;
  }

  UserIds user_of(const std::string& user) {
    const int root = runner_->root();
    return resolve_user(user.empty() ? "0" : user, read_database(root, "etc/passwd"),
                        read_database(root, "etc/group"));
  }

  // Forks a process of the step; returns when it runs its program. Throws what it could not set up.
  pid_t start(StepProcess step) {
    base::Pipe failure = base::open_pipe();
    step.report = failure.write.get();
    const pid_t pid = in_chroot_ ? fork_step(step) : spawn_step(step);
    if (pid < 0) base::throw_errno("fork", step.argv.front());
    failure.write.reset();
    base::FdSource source(std::move(failure.read), "the step's report");
    const std::string text = base::read_all(source, 1U << 20, "the step's report");
    if (text.empty()) return pid;
    waitpid(pid, nullptr, 0);
    throw to_error(std::get<Failed>(parse_report(text)));
  }

  void serve() {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, nullptr);
    const Fd signals(signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
    while (!reap()) {
      std::vector<pollfd> waits{{control_.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
      for (const Exec& exec : execs_) waits.push_back({exec.status.get(), POLLIN, 0});
      if (poll(waits.data(), waits.size(), -1) < 0) continue;
      signalfd_siginfo drop;
      if (waits[1].revents != 0 && read(signals.get(), &drop, sizeof drop) < 0) continue;
      std::size_t index = 2;
      for (Exec& exec : execs_) {
        // The asker gave up: end its process.
        if (waits[index++].revents != 0 && exec.pid > 0) ::kill(exec.pid, SIGKILL);
      }
      if (waits[0].revents != 0 && !obey()) {
        if (!in_chroot_) return;
        ended_ = {128 + SIGKILL, SIGKILL};
        break;
      }
    }
    end();
  }

  // True when the main process has ended.
  bool reap() {
    int status = 0;
    for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
      proc_servers_.erase(pid);
      if (pid == main_) {
        ended_ = to_exited(status);
        return true;
      }
      for (auto exec = execs_.begin(); exec != execs_.end(); ++exec) {
        if (exec->pid != pid) continue;
        try_report(exec->status.get(), to_exited(status));
        execs_.erase(exec);
        break;
      }
    }
    return false;
  }

  static Exited to_exited(int status) {
    if (WIFSIGNALED(status)) return {128 + WTERMSIG(status), WTERMSIG(status)};
    return {WEXITSTATUS(status), std::nullopt};
  }

  static void try_report(int socket, const Report& what) {
    try {
      report(socket, what);
    } catch (const Error&) {
      return;  // the asker has gone; nobody is left to tell
    }
  }

  // False when the builder has gone.
  bool obey() {
    std::optional<Message> message = receive_message(control_.get());
    if (!message) return false;
    const InitRequest request = parse_init_request(message->text);
    if (const auto* signal = std::get_if<SignalRequest>(&request)) {
      ::kill(main_, signal->number);
      return true;
    }
    if (message->fds.size() != 3) return true;
    const auto& exec = std::get<ExecRequest>(request);
    StepProcess step = step_;
    step.argv = exec.argv;
    step.terminal = false;
    step.env = exec.env;
    step.output = message->fds[1].get();
    step.errors = message->fds[2].get();
    step.env.insert(step.env.begin(), step_.env.begin(), step_.env.end());
    Fd& status = message->fds[0];
    try {
      if (in_chroot_) step = with_proc_server(step);
      if (step.argv.empty()) throw Error(ErrorKind::usage, "start", "", "no program is named");
      const pid_t pid = start(step);
      try_report(status.get(), Started{});
      execs_.push_back({std::move(status), pid});
    } catch (const Error& error) {
      try_report(status.get(), failed_from(error));
    }
    to_proc_server_.reset();
    return true;
  }

  // Nothing may still write when the result is looked at.
  void end() {
    if (in_chroot_) {
      kill_descendants(proc_servers_);
      kill_descendants({});
    } else {
      ::kill(-1, SIGKILL);
      while (waitpid(-1, nullptr, 0) > 0 || errno == EINTR) continue;
    }
    runner_->clean();
    try_report(control_.get(), ended_);
  }

  Fd control_, output_, errors_;
  std::unique_ptr<StepRoot> runner_;
  bool in_chroot_ = false;
  std::set<pid_t> proc_servers_;
  std::string hostname_;
  Fd to_proc_server_;
  StepProcess step_;
  pid_t main_ = -1;
  Exited ended_;
  std::list<Exec> execs_;
};

}  // namespace

void run_container_init(Fd control, Fd output, Fd errors) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_DUMPABLE, 0);
  umask(022);
  signal(SIGCHLD, SIG_DFL);
  try {
    Init(std::move(control), std::move(output), std::move(errors)).run();
  } catch (const std::exception&) {
    _exit(1);  // the builder has gone, or memory has: it sees the end of the socket
  }
  _exit(0);
}

}  // namespace cooper::sandbox
