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

// The suffix of the program that keeps the credentials of `host`; "": none.
[[nodiscard]] std::string helper_of(const DockerConfig& config, const std::string& host);

// What a docker-credential-* program answered to "get". Throws base::Error(corrupt) without its
// text; control characters are refused.
[[nodiscard]] Credential parse_helper_answer(std::string_view json, const std::string& program);

// What such a program is told with "store".
[[nodiscard]] std::string helper_document(const std::string& server, const Credential& credential);

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

}  // namespace cooper::registry
