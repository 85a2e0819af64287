// The launcher: cooper re-executed as a small single-threaded process that forks one init per
// container.
//
// Executing cooper anew costs ten times what a fork of a small process costs, so it is done once,
// at the first container. The launcher holds no secret and no environment; it ends when its builder
// ends, and its containers with it.
#pragma once

#include <mutex>
#include <vector>

#include "base/fd.h"
#include "builder/sandbox/child_messages.h"
#include "builder/sandbox/child_task.h"

namespace cooper::sandbox {

// A container's init as the builder holds it.
struct Launched {
  int pid = -1;
  base::Fd pidfd;
  base::Fd control, output, errors;  // the builder's ends
};

// For any number of threads.
class Launcher {
 public:
  Launcher() = default;
  Launcher(const Launcher&) = delete;
  Launcher& operator=(const Launcher&) = delete;
  ~Launcher();

  // `terminal`: becomes the output and errors of the container in the place of pipes (-1: none);
  // the result then has neither. Throws Error.
  [[nodiscard]] Launched launch(const LaunchRequest& request, int terminal = -1);
  // Waits for this child when the launcher is given up: nobody waits for its end before.
  void reap_at_end(int pid);

 private:
  void spawn();

  std::mutex mutex_;
  base::Fd socket_;
  int pid_ = -1;
  std::vector<int> ending_;
};

// The first argument by which main() recognises that it was re-executed.
inline constexpr const char* kChildName = "cooper-sandbox-child";

// The launcher's side; `socket` is its end. Never returns.
[[noreturn]] void run_launcher(base::Fd socket, std::span<const ChildTask> tasks);

}  // namespace cooper::sandbox
