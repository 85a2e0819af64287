// The sandbox: runs one process tree as a container, without any runtime or daemon.
//
// How: cooper re-executes itself as a single-threaded child (child_main), which gets the spec as JSON over a pipe, enters new
// mount/pid/ipc/uts (and network) namespaces, carries out the mount plan, pivots, drops to Docker's default capabilities
// and seccomp filter, and execs. A failure of the set-up comes back over a pipe with the operation that failed. The whole tree
// dies with the builder (PDEATHSIG and pid namespace); mounts live only in the child's namespace.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "base/fd.h"
#include "builder/sandbox/sandbox_spec.h"

namespace cooper::sandbox {

enum class Mode {
  root_namespaces,  // root with CAP_SYS_ADMIN
  rootless,         // inside a user namespace cooper made for itself (see enter_user_namespace)
  chroot,           // no namespaces allowed: no boundary of its own
};

// What this machine allows, found by trying. `reason` says in one line why a better mode is not available.
struct Probe {
  Mode mode = Mode::chroot;
  bool overlay = false;        // overlayfs can be mounted on the store's file system
  bool overlay_userxattr = false;
  bool pid_namespace = false, network_namespace = false, user_namespace = false;
  std::string reason;
};
[[nodiscard]] Probe probe(const std::string& scratch_directory);

// For an ordinary user: moves this (single-threaded) process into a user namespace where it is root, ids mapped with
// newuidmap/newgidmap from /etc/subuid and /etc/subgid, and re-executes itself. Returns at once when already root. Throws Error
// with a hint (package uidmap, subuid line) when the machine does not allow it.
void enter_user_namespace(int argc, char** argv);

struct ExitStatus {
  int code = 0;                // exit code, or 128 + signal
  std::optional<int> signal;
  [[nodiscard]] bool success() const { return code == 0 && !signal; }
};

// Called with output as it comes, from one thread of the sandbox, in order; stream is 1 (stdout) or 2 (stderr).
using Output = std::function<void(int stream, std::string_view bytes)>;

// A started container. Destroying it kills the tree and waits for it.
class Running {
 public:
  struct State;
  explicit Running(std::unique_ptr<State> state);
  Running(Running&&) noexcept;
  Running& operator=(Running&&) noexcept;
  ~Running();

  // The host's pid of the sandbox's init.
  [[nodiscard]] int pid() const;
  // Delivers a signal to the container's main process.
  void signal(int number);
  void kill();
  // Waits for the end; nullopt when `timeout` passed first.
  [[nodiscard]] std::optional<ExitStatus> wait_for(std::chrono::milliseconds timeout);
  [[nodiscard]] ExitStatus wait();
  // Runs one more process in the same container (namespaces, root, user, environment plus `env`).
  [[nodiscard]] ExitStatus exec(const std::vector<std::string>& argv, const std::vector<std::string>& env,
                                const Output& output, std::chrono::milliseconds timeout);

 private:
  std::unique_ptr<State> state_;
};

[[nodiscard]] Running start(const SandboxSpec& spec, const Probe& probe, Output output);

// start + wait; on `stop` the tree is killed and Error(cancelled) thrown.
[[nodiscard]] ExitStatus run(const SandboxSpec& spec, const Probe& probe, const Output& output, std::stop_token stop);

// main() calls this first: if this process was re-executed as a sandbox child it never returns.
void run_child_if_asked(int argc, char** argv);

}  // namespace cooper::sandbox
