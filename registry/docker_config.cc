#include "registry/docker_config.h"

#include <fcntl.h>

#include <cstdlib>

#include "base/error.h"
#include "base/file_at.h"
#include "registry/credential_helper.h"

namespace cooper::registry {
namespace {

constexpr std::uint64_t kMaxConfigBytes = 1U << 20;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// The Docker Hub key that helpers know.
std::string helper_key(const std::string& host) {
  return host == "docker.io" ? "https://index.docker.io/v1/" : host;
}

}  // namespace

std::string normalized_registry_key(std::string_view key) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (key.substr(0, scheme.size()) == scheme) key.remove_prefix(scheme.size());
  }
  while (!key.empty() && key.back() == '/') key.remove_suffix(1);
  for (const std::string_view suffix : {"/v1", "/v2"}) {
    if (key.size() > suffix.size() && key.substr(key.size() - suffix.size()) == suffix) {
      key.remove_suffix(suffix.size());
    }
  }
  std::string host(key.substr(0, key.find('/')));
  for (char& c : host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (host == "index.docker.io" || host == "registry-1.docker.io") host = "docker.io";
  return host + std::string(key.substr(std::min(key.size(), key.find('/'))));
}

DockerCredentials::DockerCredentials(DockerConfig config, CredentialHelper helper,
                                     std::string origin)
    : config_(std::move(config)), helper_(std::move(helper)), origin_(std::move(origin)) {}

std::optional<Credential> DockerCredentials::find(const std::string& host,
                                                  const std::string& repository) {
  const auto special = config_.helpers.find(host);
  const std::string& suffix =
      special != config_.helpers.end() ? special->second : config_.default_helper;
  if (!suffix.empty()) {
    const std::lock_guard lock(mutex_);
    const auto known = asked_.find(host);
    const std::optional<Credential> answer =
        known != asked_.end()
            ? known->second
            : asked_.emplace(host, helper_(suffix, helper_key(host))).first->second;
    if (answer) return answer;
  }
  // The longest namespace that was configured wins: host/a/b, host/a, host.
  for (std::string key = host + "/" + repository;; key.resize(key.rfind('/'))) {
    if (const auto found = config_.auths.find(key); found != config_.auths.end())
      return found->second;
    if (key.find('/') == std::string::npos) return std::nullopt;
  }
}

std::shared_ptr<CredentialStore> open_credentials() {
  const std::string named = environment("REGISTRY_AUTH_FILE");
  std::string file = named;
  if (file.empty()) {
    std::string directory = environment("DOCKER_CONFIG");
    if (directory.empty() && !environment("HOME").empty())
      directory = environment("HOME") + "/.docker";
    if (directory.empty()) return std::make_shared<NoCredentials>();
    file = directory + "/config.json";
  }
  std::optional<std::string> text;
  try {
    text = base::try_read_file_at(AT_FDCWD, file, kMaxConfigBytes);
  } catch (const base::Error& error) {
    throw base::Error(error.kind(), "read credentials", file, error.cause());
  }
  if (!text && !named.empty()) {
    throw base::Error(base::ErrorKind::not_found, "read credentials", file,
                      "REGISTRY_AUTH_FILE names a file that does not exist");
  }
  DockerConfig config = text ? parse_docker_config(*text, file) : DockerConfig{};
  return std::make_shared<DockerCredentials>(std::move(config), &run_credential_helper, file);
}

}  // namespace cooper::registry
