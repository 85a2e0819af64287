// The builder's side of a started container. Internal to this module.
#pragma once

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/fd.h"
#include "builder/sandbox/child_messages.h"
#include "builder/sandbox/launcher.h"
#include "builder/sandbox/sandbox.h"

namespace cooper::sandbox {

struct Running::State {
  State(std::shared_ptr<Launcher> launcher_, Launched launched_, Output output_, bool in_chroot_);
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State();

  // Reads output and reports until the tree has ended; the body of `reader`.
  void follow() noexcept;
  void kill() noexcept;
  [[nodiscard]] ExitStatus result();

  std::shared_ptr<Launcher> launcher;
  Launched launched;
  Output output;
  bool in_chroot;  // no pid namespace: the init itself ends the tree when asked, and then itself

  std::mutex mutex;
  std::condition_variable changed;
  bool finished = false;
  bool killed = false;
  std::optional<Exited> exited;
  std::exception_ptr failure;
  std::thread reader;
};

// Sends what is ready on `fd` to `output`; false at the end.
[[nodiscard]] bool pass_on(int fd, int stream, const Output& output);

}  // namespace cooper::sandbox
