// An ssh agent for one step (row R12): a socket of ours, with the owner and mode the step asked
// for, whose requests go to an agent of the host. The step may list the keys and have something
// signed; adding, removing and locking keys, and extensions, are answered with a failure, as
// BuildKit does.
//
// Why not the agent's own socket: it belongs to the user, refuses other users, and would let a step
// change what the user's agent holds.
#pragma once

#include <sys/types.h>

#include <string>
#include <thread>

#include "base/fd.h"

namespace cooper::sandbox {

struct SocketOwner {
  uid_t uid = 0;
  gid_t gid = 0;
  mode_t mode = 0600;
};

// Connects to a socket of the host, whose path may be longer than an address holds. Throws Error.
[[nodiscard]] base::Fd connect_to_socket(const std::string& path);

class AgentRelay {
 public:
  static constexpr const char* kName = "agent";

  // The socket is made in `directory` (ours, empty) with the name kName. `agent`: the host's
  // socket; it is asked when the step asks. Throws Error.
  AgentRelay(std::string agent, const std::string& directory, const SocketOwner& owner);
  AgentRelay(const AgentRelay&) = delete;
  AgentRelay& operator=(const AgentRelay&) = delete;
  // Closes every connection.
  ~AgentRelay();

 private:
  void serve() noexcept;

  std::string agent_;
  base::Fd listener_, wake_;
  std::thread server_;
};

}  // namespace cooper::sandbox
