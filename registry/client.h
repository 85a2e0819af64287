// The way into this module: registries by reference, one Host (authorization, connections) for
// each.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>

#include "oci/reference.h"
#include "registry/credentials.h"
#include "registry/http/clock.h"
#include "registry/http/retry.h"
#include "registry/http/transport.h"
#include "registry/realm_policy.h"
#include "registry/repository.h"

namespace cooper::registry {

struct ClientOptions {
  std::set<std::string> plain_http = {};  // hosts (as in references) to speak plain http with
  AllowedRealms realms = {};
  http::RetryPolicy retry = {};
};

class Client {
 public:
  // `transport` without retries (they are added here). Thread-safe.
  Client(std::shared_ptr<http::Transport> transport, std::shared_ptr<http::Clock> clock,
         std::shared_ptr<CredentialStore> credentials, ClientOptions options = {});

  [[nodiscard]] Repository repository(const oci::Reference& reference);
  [[nodiscard]] std::shared_ptr<Host> host(const std::string& name);
  // The version check: reachable, speaks the protocol, lets us in. Throws base::Error.
  void ping(const std::string& host_name, std::stop_token stop = {});

 private:
  std::shared_ptr<http::Transport> transport_;
  std::shared_ptr<http::Clock> clock_;
  std::shared_ptr<CredentialStore> credentials_;
  ClientOptions options_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Host>> hosts_;
};

}  // namespace cooper::registry
