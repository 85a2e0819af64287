// A program of this machine that runs beside containers, in their network: a database for the time
// of a test.
//
// It is process 1 of a pid namespace of its own, with its own /proc: when it ends, or is killed, or
// we die, everything it started dies with it. It gets the argv, environment and directory it is
// given and no other descriptor.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/sandbox/sandbox.h"
#include "smoke/pod_network.h"

namespace cooper::smoke {

class HostProcess {
 public:
  // `network` outlives the process. `output` is called from one thread. Throws base::Error:
  // not_found with a hint when the program is not installed.
  HostProcess(PodNetwork& network, const std::vector<std::string>& argv,
              const std::vector<std::string>& env, int directory, sandbox::Output output);
  ~HostProcess();  // kills it and waits
  HostProcess(const HostProcess&) = delete;
  HostProcess& operator=(const HostProcess&) = delete;

  // How it ended, if it has. All its output has come by then.
  [[nodiscard]] std::optional<sandbox::ExitStatus> ended() const;
  void kill();  // from any thread

 private:
  struct State;
  std::unique_ptr<State> state_;
};

inline constexpr const char* kHostPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

}  // namespace cooper::smoke
