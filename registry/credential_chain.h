// Several places credentials may lie in; the first that has some of the host is believed.
#pragma once

#include <memory>
#include <vector>

#include "registry/credentials.h"

namespace cooper::registry {

class CredentialChain final : public CredentialStore {
 public:
  explicit CredentialChain(std::vector<std::shared_ptr<CredentialStore>> stores)
      : stores_(std::move(stores)) {}

  [[nodiscard]] std::optional<Credential> find(const std::string& host,
                                               const std::string& repository) override;
  [[nodiscard]] std::string describe() const override;

 private:
  std::vector<std::shared_ptr<CredentialStore>> stores_;
};

// One credential, of one host.
class OneCredential final : public CredentialStore {
 public:
  OneCredential(std::string host, Credential credential)
      : host_(std::move(host)), credential_(std::move(credential)) {}
  [[nodiscard]] std::optional<Credential> find(const std::string& host,
                                               const std::string&) override {
    if (host != host_) return std::nullopt;
    return credential_;
  }
  [[nodiscard]] std::string describe() const override { return credential_.origin; }

 private:
  std::string host_;
  Credential credential_;
};

}  // namespace cooper::registry
