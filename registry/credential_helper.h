// docker-credential-<suffix> programs: the protocol of Docker's credential helpers, "get" only.
#pragma once

#include <optional>
#include <string>

#include "registry/credentials.h"

namespace cooper::registry {

// As docker_config.h's CredentialHelper. The program is looked up in PATH; the secret passes
// through a pipe only.
[[nodiscard]] std::optional<Credential> run_credential_helper(const std::string& suffix,
                                                              const std::string& host);

}  // namespace cooper::registry
