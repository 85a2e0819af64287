#include "registry/realm_policy.h"

#include <array>
#include <utility>

namespace cooper::registry {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kWellKnown = {{
    {"docker.io", "https://auth.docker.io"},
    {"registry.gitlab.com", "https://gitlab.com"},
}};

bool is_well_known(const std::string& name, const std::string& realm) {
  for (const auto& [registry, origin] : kWellKnown) {
    if (name == registry && realm == origin) return true;
  }
  return false;
}

}  // namespace

RealmVerdict judge_realm(const http::Url& registry, const std::string& name, const http::Url& realm,
                         bool with_credentials, const AllowedRealms& allowed) {
  const std::string origin = http::origin(realm);
  if (!realm.userinfo.empty()) return {false, "it holds user information"};
  if (registry.scheme == "https" && realm.scheme != "https") {
    return {false, "it is plain http, but the registry is https"};
  }
  if (http::same_origin(registry, realm)) return {true};
  if (const auto entry = allowed.find(name); entry != allowed.end() && entry->second == origin)
    return {true};
  if (is_well_known(name, origin)) return {true};
  if (with_credentials)
    return {false, "it is another host than the registry, and credentials go to one host only"};
  if (http::is_internal_address(realm.host) || http::is_loopback_host(realm.host)) {
    return {false, "it is an address inside this network"};
  }
  if (realm.scheme != "https") return {false, "it is plain http on another host"};
  return {true};
}

}  // namespace cooper::registry
