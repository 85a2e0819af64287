// Where this machine keeps credentials of registries, in the order in which they are believed:
//   COOPER_REGISTRY, COOPER_REGISTRY_USER and COOPER_REGISTRY_PASSWORD, of that one host;
//   DOCKER_AUTH_CONFIG, the text of a config.json;
//   the file of REGISTRY_AUTH_FILE and no other, or else
//   config.json of DOCKER_CONFIG or ~/.docker, then podman's
//   $XDG_RUNTIME_DIR/containers/auth.json and ~/.config/containers/auth.json.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "registry/credentials.h"

namespace cooper::registry {

// "" for what is not set.
using Environment = std::function<std::string(const char* name)>;
[[nodiscard]] std::string system_environment(const char* name);

// Files are read now; an absent one has no credentials, unless REGISTRY_AUTH_FILE names it. Throws
// base::Error, which never shows a secret.
[[nodiscard]] std::shared_ptr<CredentialStore> open_credentials(
    const Environment& environment = &system_environment);

}  // namespace cooper::registry
