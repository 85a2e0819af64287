// Whether a variable's name says that its value is a secret: then no value is shown or kept. Pure.
#pragma once

#include <string_view>

namespace cooper::cache {

// By BuildKit's rule SecretsUsedInArgOrEnv: a word of the name, between underscores, is "token",
// "password", "key" and the like, and none is "public", "file" or "version".
[[nodiscard]] bool is_secret_name(std::string_view name);

}  // namespace cooper::cache
