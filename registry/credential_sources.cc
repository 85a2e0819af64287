#include "registry/credential_sources.h"

#include <cstdlib>

#include "base/error.h"
#include "base/host_file.h"
#include "registry/credential_chain.h"
#include "registry/credential_helper.h"
#include "registry/docker_config.h"

namespace cooper::registry {
namespace {

using Stores = std::vector<std::shared_ptr<CredentialStore>>;

constexpr std::uint64_t kMaxConfigBytes = 1U << 20;

std::shared_ptr<CredentialStore> docker_credentials(const std::string& text,
                                                    const std::string& origin) {
  return std::make_shared<DockerCredentials>(parse_docker_config(text, origin),
                                             &run_credential_helper, origin);
}

void add_file(Stores& stores, const std::string& file, bool required) {
  std::optional<std::string> text;
  try {
    text = base::try_read_host_file(file, kMaxConfigBytes);
  } catch (const base::Error& error) {
    throw base::Error(error.kind(), "read credentials", file, error.cause());
  }
  if (!text && required) {
    throw base::Error(base::ErrorKind::not_found, "read credentials", file,
                      "REGISTRY_AUTH_FILE names a file that does not exist");
  }
  if (text && text->find_first_not_of(" \t\r\n") == std::string::npos) text.reset();
  stores.push_back(docker_credentials(text.value_or("{}"), file));
}

void add_variables(Stores& stores, const Environment& environment) {
  const std::string host = environment("COOPER_REGISTRY");
  const std::string user = environment("COOPER_REGISTRY_USER");
  const std::string password = environment("COOPER_REGISTRY_PASSWORD");
  if (user.empty() && password.empty()) return;
  if (host.empty() || user.empty() || password.empty()) {
    throw base::Error(base::ErrorKind::usage, "read credentials", "COOPER_REGISTRY_PASSWORD",
                      "COOPER_REGISTRY, COOPER_REGISTRY_USER and COOPER_REGISTRY_PASSWORD go "
                      "together, and one of them is not set")
        .with_hint("COOPER_REGISTRY is the host[:port] that gets the password, and no other does");
  }
  stores.push_back(std::make_shared<OneCredential>(
      normalized_registry_key(host), Credential{user, password, "", "COOPER_REGISTRY_PASSWORD"}));
}

}  // namespace

std::string system_environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::shared_ptr<CredentialStore> open_credentials(const Environment& environment) {
  Stores stores;
  add_variables(stores, environment);
  if (const std::string text = environment("DOCKER_AUTH_CONFIG"); !text.empty())
    stores.push_back(docker_credentials(text, "DOCKER_AUTH_CONFIG"));
  if (const std::string file = environment("REGISTRY_AUTH_FILE"); !file.empty()) {
    add_file(stores, file, true);
    return std::make_shared<CredentialChain>(std::move(stores));
  }
  const std::string home = environment("HOME");
  if (const std::string directory = environment("DOCKER_CONFIG"); !directory.empty()) {
    add_file(stores, directory + "/config.json", false);
  } else if (!home.empty()) {
    add_file(stores, home + "/.docker/config.json", false);
  }
  if (const std::string run = environment("XDG_RUNTIME_DIR"); !run.empty())
    add_file(stores, run + "/containers/auth.json", false);
  if (!home.empty()) add_file(stores, home + "/.config/containers/auth.json", false);
  return std::make_shared<CredentialChain>(std::move(stores));
}

}  // namespace cooper::registry
