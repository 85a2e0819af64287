// The sandbox: runs one process tree as a container, without any runtime or daemon.
//
// How: cooper re-executes itself once as a small single-threaded launcher, which forks an init for
// each container into new mount, pid, ipc, uts and cgroup (and network) namespaces. The init gets
// the spec as JSON over a socket, carries out the mount plan, pivots and forks the step, which
// drops to Docker's default capabilities and seccomp filter, and execs. A failure of the set-up
// comes back over the socket with the operation that failed. The whole tree dies with the builder
// (end of the socket, PDEATHSIG, pid namespace); mounts live only in the init's namespace. The step
// is process 2 of its pid namespace. Where no namespaces are to be had the same init works without
// them (chroot_runner.h, proc_server.h, process_tree.h).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "base/fd.h"
#include "builder/sandbox/isolation.h"
#include "builder/sandbox/sandbox_spec.h"

namespace cooper::sandbox {

class Launcher;

enum class Mode {
  root_namespaces,  // root with CAP_SYS_ADMIN
  rootless,         // inside a user namespace with many ids
  single_id,        // inside a user namespace with one id
  chroot,           // no namespaces allowed: no boundary of its own
};

// What this machine allows, found by trying. `reason` says in one line why a better mode is not
// available.
struct Probe {
  Mode mode = Mode::chroot;
  bool overlay = false;  // overlayfs can be mounted on the store's file system
  bool overlay_userxattr = false;
  bool in_user_namespace = false;  // not the machine's first one
  bool can_chroot = false;
  std::string reason;
  // Shared by all containers started with copies of this probe; its process is started by the
  // first. Without one, each container has its own.
  std::shared_ptr<Launcher> launcher;
};
// `isolation`: what was asked for; anything but chroot leaves it to what works. Without `overlays`
// none are tried: snapshots are plain directories.
[[nodiscard]] Probe probe(const std::string& scratch_directory,
                          Isolation isolation = Isolation::automatic, bool overlays = true);

// Moves this (single-threaded) process into the user namespace that `isolation` asks for, where it
// is root: ids mapped with newuidmap/newgidmap from /etc/subuid and /etc/subgid, or its own id
// alone. Nothing is done for root that was not asked to, or in a process that is in such a
// namespace already. `automatic`: an ordinary user gets many ids, or one where the machine gives no
// more. Throws Error with a hint (package uidmap, subuid line) when the machine does not allow it.
void enter_user_namespace(Isolation isolation);

struct ExitStatus {
  int code = 0;  // exit code, or 128 + signal
  std::optional<int> signal;
  [[nodiscard]] bool success() const { return code == 0 && !signal; }
};

// Called with output as it comes, from one thread of the sandbox, in order; stream is 1 (stdout) or
// 2 (stderr).
using Output = std::function<void(int stream, std::string_view bytes)>;

// A started container. Destroying it kills the tree and waits for it. One thread at a time, but
// kill() from any.
class Running {
 public:
  struct State;
  explicit Running(std::unique_ptr<State> state);
  Running(Running&&) noexcept;
  Running& operator=(Running&&) noexcept;
  ~Running();

  // The host's pid of the sandbox's init.
  [[nodiscard]] int pid() const;
  // Delivers a signal to the container's main process; nothing happens when it has ended.
  void signal(int number);
  void kill();
  // Waits for the end; nullopt when `timeout` passed first. A tree ended by kill() has signal 9.
  // What the output callback threw is thrown here, and Error(failure) when the sandbox ended
  // without a result.
  [[nodiscard]] std::optional<ExitStatus> wait_for(std::chrono::milliseconds timeout);
  [[nodiscard]] ExitStatus wait();
  // Runs one more process in the same container (namespaces, root, user, environment plus `env`).
  // `output` is called by this thread. After `timeout` the process is killed and Error(failure)
  // thrown; the container goes on.
  [[nodiscard]] ExitStatus exec(const std::vector<std::string>& argv,
                                const std::vector<std::string>& env, const Output& output,
                                std::chrono::milliseconds timeout);

 private:
  std::unique_ptr<State> state_;
};

// A program that is not there ends with 127, one that cannot be executed with 126, and a line on
// stderr says so. Throws Error when the set-up fails (beginning with the operation), for a bad spec
// (usage), and for what Mode::chroot cannot give (unsupported).
// With spec.terminal standard input, output and errors are `terminal`, one end of a
// pseudo-terminal that the process gets as its controlling one; `output` is not called.
[[nodiscard]] Running start(const SandboxSpec& spec, const Probe& probe, Output output,
                            int terminal = -1);

// start + wait; on `stop` the tree is killed and Error(cancelled) thrown.
[[nodiscard]] ExitStatus run(const SandboxSpec& spec, const Probe& probe, const Output& output,
                             std::stop_token stop);

// main() calls this first: if this process was re-executed as a sandbox child it never returns.
void run_child_if_asked(int argc, char** argv);

}  // namespace cooper::sandbox
