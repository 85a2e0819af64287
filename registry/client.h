// The way into this module: registries by reference, one Host (authorization, connections) for
// each.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "oci/reference.h"
#include "registry/credentials.h"
#include "registry/http/clock.h"
#include "registry/http/retry.h"
#include "registry/http/transport.h"
#include "registry/realm_policy.h"
#include "registry/registry_rules.h"
#include "registry/repository.h"

namespace cooper::registry {

struct ClientOptions {
  std::set<std::string> plain_http = {};  // hosts (as in references) to speak plain http with
  AllowedRealms realms = {};
  http::RetryPolicy retry = {};
  RegistryRules rules = {};
  // Hosts the user called insecure, beside those of `rules`: https with any certificate (which the
  // transport has to know as well), else http.
  std::set<std::string> insecure = {};
  std::function<bool(const std::string& host)> has_certificates = {};  // certs.d has it
};

class Client {
 public:
  // `transport` without retries (they are added here). Thread-safe.
  Client(std::shared_ptr<http::Transport> transport, std::shared_ptr<http::Clock> clock,
         std::shared_ptr<CredentialStore> credentials, ClientOptions options = {});

  // To push to and to look at. Throws base::Error(denied) when the rules block it.
  [[nodiscard]] Repository repository(const oci::Reference& reference);
  // To pull from: mirrors first, the registry itself last.
  [[nodiscard]] std::vector<Repository> pull_places(const oci::Reference& reference);
  [[nodiscard]] std::shared_ptr<Host> host(const std::string& name);
  // The version check: reachable, speaks the protocol, lets us in. Throws base::Error.
  void ping(const std::string& host_name, std::stop_token stop = {});

 private:
  [[nodiscard]] http::Url endpoint_of(const std::string& name);

  std::shared_ptr<http::Transport> bare_transport_;
  std::shared_ptr<http::Transport> transport_;
  std::shared_ptr<http::Clock> clock_;
  std::shared_ptr<CredentialStore> credentials_;
  ClientOptions options_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Host>> hosts_;
};

}  // namespace cooper::registry
