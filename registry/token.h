// Bearer tokens of the distribution project's token specification.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/credentials.h"
#include "registry/http/transport.h"

namespace cooper::registry {

struct Token {
  std::string text;
  // As expires_in says, else what the text says if it is a JSON Web Token; nullopt: not said, it is
  // used until it is refused.
  std::optional<std::chrono::seconds> lifetime;
};

// Throws base::Error(network) when there is no token in it; never shows the text.
[[nodiscard]] Token parse_token_reply(std::string_view json, const std::string& realm);

struct TokenRequest {
  http::Url realm;
  std::string service;
  std::vector<std::string> scopes;
  std::optional<Credential> credential;
  std::stop_token stop;
};

// GET with Basic, or POST with a refresh token. Throws base::Error (denied when the credential is
// refused).
[[nodiscard]] Token fetch_token(http::Transport& transport, const TokenRequest& wanted);

[[nodiscard]] std::string basic_authorization(const Credential& credential);  // "Basic ..."

}  // namespace cooper::registry
