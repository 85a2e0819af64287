// Which token server a credential may be sent to (a registry names it itself, so it must not be
// believed).
#pragma once

#include <map>
#include <optional>
#include <string>

#include "registry/http/url.h"

namespace cooper::registry {

// Registry host as in references -> origin ("https://auth.example") that the user allowed for it.
using AllowedRealms = std::map<std::string, std::string>;

struct RealmVerdict {
  bool allowed = false;
  std::string reason = {};  // why not, for the message
};

// `registry`: the origin we talk to; `name`: the host as in references. `with_credentials` asks for
// the strict rule: same origin, or a well-known pair, or allowed by the user. Without credentials
// any https realm outside this network will do (and http for a registry that is plain http itself,
// on the same host).
[[nodiscard]] RealmVerdict judge_realm(const http::Url& registry, const std::string& name,
                                       const http::Url& realm, bool with_credentials,
                                       const AllowedRealms& allowed);

}  // namespace cooper::registry
