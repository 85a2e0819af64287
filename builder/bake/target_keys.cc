#include "builder/bake/target_keys.h"

#include <algorithm>

namespace cooper::bake {

const std::vector<std::string>& target_keys() {
  static const std::vector<std::string> kKeys{"annotations",
                                              "args",
                                              "attest",
                                              "cache-from",
                                              "cache-to",
                                              "call",
                                              "context",
                                              "contexts",
                                              "description",
                                              "dockerfile",
                                              "dockerfile-inline",
                                              "entitlements",
                                              "extra-hosts",
                                              "inherits",
                                              "labels",
                                              "matrix",
                                              "name",
                                              "network",
                                              "no-cache",
                                              "no-cache-filter",
                                              "output",
                                              "platforms",
                                              "policy",
                                              "pull",
                                              "resources",
                                              "secret",
                                              "shm-size",
                                              "ssh",
                                              "tags",
                                              "target",
                                              "ulimits"};
  return kKeys;
}

bool is_target_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

}  // namespace cooper::bake
