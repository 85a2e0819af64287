#include "registry/credential_chain.h"

namespace cooper::registry {

std::optional<Credential> CredentialChain::find(const std::string& host,
                                                const std::string& repository) {
  for (const std::shared_ptr<CredentialStore>& store : stores_) {
    if (std::optional<Credential> found = store->find(host, repository)) return found;
  }
  return std::nullopt;
}

std::string CredentialChain::describe() const {
  std::string text;
  for (const std::shared_ptr<CredentialStore>& store : stores_)
    text += (text.empty() ? "" : ", ") + store->describe();
  return text.empty() ? "nowhere" : text;
}

}  // namespace cooper::registry
