// The agents of --ssh, for RUN --mount=type=ssh and git repositories. One that is made of key files
// is a private process of the program ssh-agent, started when it is first asked for and ended with
// this object.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "builder/store/store.h"

namespace cooper::cli {

// Adds one "default", "ID=SOCKET" or "ID=KEY[,KEY...]" to `agents`. Throws base::Error(usage).
void read_ssh(const std::string& text, std::map<std::string, std::vector<std::string>>& agents);

class PrivateAgent;

class SshAgents {
 public:
  // Looks at what was given: a socket that is none, a missing SSH_AUTH_SOCK or key file throws
  // base::Error. The store outlives this.
  SshAgents(const std::map<std::string, std::vector<std::string>>& given,
            const store::Store& store);
  SshAgents(const SshAgents&) = delete;
  SshAgents& operator=(const SshAgents&) = delete;
  ~SshAgents();

  // The host's socket of an agent, absolute; nullopt if none was given by that id. Any thread.
  // Throws base::Error: no ssh-agent is installed, a key has a passphrase.
  [[nodiscard]] std::optional<std::string> socket(const std::string& id);

 private:
  struct Agent {
    std::string socket;  // empty: made of `keys`
    std::vector<std::string> keys;
    std::unique_ptr<PrivateAgent> own;
  };
  const store::Store& store_;
  std::mutex mutex_;
  std::map<std::string, Agent> agents_;
};

}  // namespace cooper::cli
