// Who we are at a registry. Found by exact host, never guessed, never another host's.
#pragma once

#include <optional>
#include <string>

namespace cooper::registry {

struct Credential {
  std::string username;
  std::string password;
  std::string identity_token;  // an OAuth2 refresh token instead of a password
  std::string origin;          // where it was found, for messages: a file or a program
};

class CredentialStore {
 public:
  CredentialStore() = default;
  CredentialStore(const CredentialStore&) = delete;
  CredentialStore& operator=(const CredentialStore&) = delete;
  virtual ~CredentialStore() = default;

  // `host` is host[:port] as the image reference has it ("docker.io" for Docker Hub). Thread-safe.
  // Throws base::Error when a configured helper program fails.
  [[nodiscard]] virtual std::optional<Credential> find(const std::string& host,
                                                       const std::string& repository) = 0;
  // Where it looks, for messages.
  [[nodiscard]] virtual std::string describe() const = 0;
};

class NoCredentials final : public CredentialStore {
 public:
  [[nodiscard]] std::optional<Credential> find(const std::string&, const std::string&) override {
    return {};
  }
  [[nodiscard]] std::string describe() const override { return "nowhere"; }
};

}  // namespace cooper::registry
