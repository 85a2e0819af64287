// Containers that share a network, as the steps of a smoke test see them. The real one is ImagePod;
// tests have a fake.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "builder/sandbox/sandbox.h"
#include "smoke/pattern.h"
#include "smoke/smoke_file.h"

namespace cooper::smoke {

struct HttpAnswer {
  int status = 0;
  std::string content_type;
  std::string body;   // at most kMaxBodyBytes of it
  std::string error;  // not empty: there was no answer, and why
};

inline constexpr std::size_t kMaxBodyBytes = 4U << 20;

struct ExecResult {
  sandbox::ExitStatus status;
  std::string output;  // both streams, as it came
};

// For one thread. Every call throws base::Error(cancelled) once the run is to stop.
class Pod {
 public:
  using Clock = std::chrono::steady_clock;

  Pod() = default;
  Pod(const Pod&) = delete;
  Pod& operator=(const Pod&) = delete;
  virtual ~Pod() = default;

  // In the main container. Throws base::Error when it cannot be started or does not end in time.
  [[nodiscard]] virtual ExecResult exec(const std::vector<std::string>& argv,
                                        Milliseconds timeout) = 0;
  // GET, no redirect followed, from inside the pod's network.
  [[nodiscard]] virtual HttpAnswer get(const HttpRequest& request, Milliseconds timeout) = 0;
  // Whether a line that the main container has written so far matches.
  [[nodiscard]] virtual bool wrote(const Pattern& pattern) = 0;
  // To the main process; 0 stands for the image's stop signal.
  virtual void signal(int number) = 0;
  // How the main container ended, once it has and all it wrote is known; waits so long at most.
  [[nodiscard]] virtual std::optional<sandbox::ExitStatus> wait_for_end(Milliseconds timeout) = 0;
  // The sidecar that should run and does not: "sidecar nginx ended with status 1".
  [[nodiscard]] virtual std::optional<std::string> lost_sidecar() = 0;

  [[nodiscard]] virtual Clock::time_point now() = 0;
  virtual void pause(Milliseconds time) = 0;
};

}  // namespace cooper::smoke
