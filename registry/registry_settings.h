// How this machine and this call want registries to be reached: registries.conf, certs.d, options.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "registry/client.h"
#include "registry/credential_sources.h"
#include "registry/http/curl_transport.h"
#include "registry/realm_policy.h"
#include "registry/registry_rules.h"

namespace cooper::registry {

struct RegistrySettings {
  RegistryRules rules = {};
  std::set<std::string> insecure = {};  // hosts of --insecure-registry
  AllowedRealms realms = {};            // of --auth-realm
  std::vector<std::string> certificate_directories = {};
};

// $CONTAINERS_REGISTRIES_CONF alone, or else ~/.config/containers/registries.conf or
// /etc/containers/registries.conf, then *.conf of /etc/containers/registries.conf.d and of
// ~/.config/containers/registries.conf.d. Throws base::Error naming file and line.
[[nodiscard]] RegistrySettings open_registry_settings(
    const Environment& environment = &system_environment);

// "HOST=https://ORIGIN": the token server a registry may name. Throws base::Error(usage).
void allow_realm(RegistrySettings& settings, const std::string& text);
// host[:port]. Throws base::Error(usage).
void allow_insecure(RegistrySettings& settings, const std::string& host);

[[nodiscard]] ClientOptions client_options(const RegistrySettings& settings);
// With SSL_CERT_FILE and SSL_CERT_DIR. The result's callback owns a copy of the settings.
[[nodiscard]] http::CurlOptions curl_options(const RegistrySettings& settings);

}  // namespace cooper::registry
