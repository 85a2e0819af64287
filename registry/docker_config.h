// Docker's config.json (and podman's auth.json): auths, credHelpers, credsStore.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "registry/credentials.h"

namespace cooper::registry {

// Keys are normalised: host[:port] or host[:port]/namespace, lower-case host, "docker.io" for
// Docker Hub's many names.
struct DockerConfig {
  std::map<std::string, Credential> auths = {};
  std::map<std::string, std::string> helpers = {};  // host -> program suffix
  std::string default_helper = {};                  // credsStore
};

// Throws base::Error(corrupt) naming `file`, never showing a secret.
[[nodiscard]] DockerConfig parse_docker_config(std::string_view json, const std::string& file);
// "https://index.docker.io/v1/" -> "docker.io", "https://Reg.example:5000/v2/" ->
// "reg.example:5000".
[[nodiscard]] std::string normalized_registry_key(std::string_view key);

// What a docker-credential-* program answered to "get".
[[nodiscard]] Credential parse_helper_answer(std::string_view json, const std::string& program);

// Runs docker-credential-<suffix> get with `host` on its standard input; nullopt: it has none.
// Throws base::Error.
using CredentialHelper =
    std::function<std::optional<Credential>(const std::string& suffix, const std::string& host)>;

class DockerCredentials final : public CredentialStore {
 public:
  // `origin`: the file's name for messages.
  DockerCredentials(DockerConfig config, CredentialHelper helper, std::string origin);

  [[nodiscard]] std::optional<Credential> find(const std::string& host,
                                               const std::string& repository) override;
  [[nodiscard]] std::string describe() const override { return origin_; }

 private:
  DockerConfig config_;
  CredentialHelper helper_;
  std::string origin_;
  std::mutex mutex_;
  std::map<std::string, std::optional<Credential>> asked_;  // a helper is asked once a host
};

// The file of REGISTRY_AUTH_FILE, else of DOCKER_CONFIG, else ~/.docker/config.json; an absent file
// (of the last two) means no credentials.
[[nodiscard]] std::shared_ptr<CredentialStore> open_credentials();

}  // namespace cooper::registry
