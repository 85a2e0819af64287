// Names of variables that sound like secrets (SecretsUsedInArgOrEnv).
#pragma once

#include <string_view>

namespace cooper::check {

// A word of the name, between underscores, is one of apikey, auth, credential(s), key, password,
// pword, passwd, secret, token, and none is public, file or version. Letter case does not matter.
[[nodiscard]] bool is_secret_name(std::string_view name);

}  // namespace cooper::check
