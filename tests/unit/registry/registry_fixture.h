// A client on a fake registry, with a clock that does not wait.
#pragma once

#include "registry/client.h"
#include "registry/push_session.h"
#include "tests/contract/registry/fake_registry.h"
#include "tests/contract/registry/registry_contract.h"
#include "tests/contract/registry/test_clock.h"

namespace cooper::test {

class FixedCredentials final : public registry::CredentialStore {
 public:
  std::map<std::string, registry::Credential> by_host = {
      {"fake.example", {"cooper", "staves", "", "the test"}}};
  std::optional<registry::Credential> find(const std::string& host, const std::string&) override {
    const auto found = by_host.find(host);
    return found == by_host.end() ? std::nullopt : std::optional(found->second);
  }
  std::string describe() const override { return "the test"; }
};

struct RegistryFixture {
  std::shared_ptr<FakeRegistry> fake = std::make_shared<FakeRegistry>();
  std::shared_ptr<TestClock> clock = std::make_shared<TestClock>();
  std::shared_ptr<FixedCredentials> credentials = std::make_shared<FixedCredentials>();
  registry::Client client{fake, clock, credentials};

  registry::Repository repository(const std::string& name = "team/site") {
    return client.repository({"fake.example", name, "", {}});
  }
  FakeRegistry::Repository& stored(const std::string& name = "team/site") {
    return fake->repositories[name];
  }
  // The Authorization fields that went to hosts other than fake.example.
  int leaks() const {
    int count = 0;
    for (const http::Request& request : fake->requests) {
      if (request.url.host != "fake.example" && request.headers.find("Authorization")) ++count;
    }
    return count;
  }
};

}  // namespace cooper::test
