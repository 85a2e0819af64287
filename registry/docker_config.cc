#include "registry/docker_config.h"

#include <algorithm>

namespace cooper::registry {
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

std::string helper_of(const DockerConfig& config, const std::string& host) {
  const auto special = config.helpers.find(host);
  return special != config.helpers.end() ? special->second : config.default_helper;
}

DockerCredentials::DockerCredentials(DockerConfig config, CredentialHelper helper,
                                     std::string origin)
    : config_(std::move(config)), helper_(std::move(helper)), origin_(std::move(origin)) {}

std::optional<Credential> DockerCredentials::find(const std::string& host,
                                                  const std::string& repository) {
  const std::string suffix = helper_of(config_, host);
  if (!suffix.empty()) {
    const std::lock_guard lock(mutex_);
    const auto known = asked_.find(host);
    const std::optional<Credential> answer =
        known != asked_.end() ? known->second
                              : asked_.emplace(host, helper_(suffix, host)).first->second;
    if (answer) return answer;
  }
  // The longest namespace that was configured wins: host/a/b, host/a, host.
  for (std::string key = host + "/" + repository;; key.resize(key.rfind('/'))) {
    if (const auto found = config_.auths.find(key); found != config_.auths.end())
      return found->second;
    if (key.find('/') == std::string::npos) return std::nullopt;
  }
}

}  // namespace cooper::registry
