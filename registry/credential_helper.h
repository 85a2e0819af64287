// docker-credential-<suffix> programs: the protocol of Docker's credential helpers, get, store and
// erase. A program has a minute, and its output has a limit.
#pragma once

#include <optional>
#include <string>

#include "registry/credentials.h"

namespace cooper::registry {

// As docker_config.h's CredentialHelper. The program is looked up in PATH; the secret passes
// through a pipe only.
[[nodiscard]] std::optional<Credential> run_credential_helper(const std::string& suffix,
                                                              const std::string& host);
void store_with_helper(const std::string& suffix, const std::string& host,
                       const Credential& credential);
// False: it had none.
bool erase_with_helper(const std::string& suffix, const std::string& host);

}  // namespace cooper::registry
