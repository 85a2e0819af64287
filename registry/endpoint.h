// Where a registry of a reference is reached.
#pragma once

#include <set>
#include <string>

#include "registry/http/url.h"

namespace cooper::registry {

// "docker.io" -> https://registry-1.docker.io; plain http for the hosts of `plain_http` and for
// loopback hosts (unless the port is 443, or `has_certificates`), https for all others. Throws
// base::Error(usage) for a host that is none.
[[nodiscard]] http::Url registry_endpoint(const std::string& host,
                                          const std::set<std::string>& plain_http,
                                          bool has_certificates = false);

}  // namespace cooper::registry
