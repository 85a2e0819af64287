// Where a registry of a reference is reached.
#pragma once

#include <set>
#include <string>

#include "registry/http/url.h"

namespace cooper::registry {

// "docker.io" -> https://registry-1.docker.io; plain http for loopback hosts (unless the port is
// 443) and for the hosts of `plain_http`, https for all others. Throws base::Error(usage) for a
// host that is none.
[[nodiscard]] http::Url registry_endpoint(const std::string& host,
                                          const std::set<std::string>& plain_http);

}  // namespace cooper::registry
