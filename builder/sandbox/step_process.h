// The process of a step: from a fork of the container's init to the image's program.
#pragma once

#include <string>
#include <vector>

#include "builder/sandbox/passwd.h"
#include "builder/sandbox/sandbox_spec.h"

namespace cooper::sandbox {

struct StepProcess {
  std::vector<std::string> argv, env;
  std::string cwd;
  UserIds user;
  std::vector<Rlimit> limits;  // beside the usual ones
  bool insecure = false;
  bool terminal = false;  // `output` is a terminal: it becomes 0 too, and the controlling one
  int chroot_to = -1;     // chroot mode: the root to enter; else it is entered already
  int proc_server = -1;   // chroot mode: where the filter's descriptor is sent
  int output = -1, errors = -1;  // become 1 and 2
  int report = -1;  // where a Failed is written before giving up; closed by a good exec
};

// Never returns: becomes the program, or exits 127 (not found) or 126 (cannot be executed) with a
// line on stderr, or reports what could not be set up and exits 125.
[[noreturn]] void become_step(const StepProcess& step);

// Starts it as a child: the pid, or -1 and errno. fork_step copies the caller, and the step ends
// with it; spawn_step is for the short steps that namespaces make possible, see there.
[[nodiscard]] pid_t fork_step(const StepProcess& step);
[[nodiscard]] pid_t spawn_step(const StepProcess& step);

}  // namespace cooper::sandbox
