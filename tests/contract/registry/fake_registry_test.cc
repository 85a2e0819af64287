#include "tests/contract/registry/fake_registry.h"

#include <doctest/doctest.h>

#include "tests/contract/registry/registry_contract.h"
#include "tests/contract/registry/test_clock.h"

namespace cooper::test {
namespace {

class OneUser final : public registry::CredentialStore {
 public:
  std::optional<registry::Credential> find(const std::string&, const std::string&) override {
    return registry::Credential{"cooper", "staves", "", "the test"};
  }
  std::string describe() const override { return "the test"; }
};

void check(const std::shared_ptr<FakeRegistry>& fake) {
  const auto client = std::make_shared<registry::Client>(fake, std::make_shared<TestClock>(),
                                                         std::make_shared<OneUser>());
  check_registry_contract({client, "fake.example", fake->gitea}, "contract");
}

TEST_CASE("the fake registry keeps the contract") { check(std::make_shared<FakeRegistry>()); }

TEST_CASE("the fake registry with tokens keeps the contract") {
  const auto fake = std::make_shared<FakeRegistry>();
  fake->auth = FakeRegistry::Auth::token;
  fake->tag_page = 2;
  check(fake);
}

TEST_CASE("the fake registry with passwords and Gitea's ways keeps the contract") {
  for (const int version : {12400, 12502, 12503, 12703}) {
    CAPTURE(version);
    const auto fake = std::make_shared<FakeRegistry>();
    fake->auth = FakeRegistry::Auth::basic;
    fake->gitea = true;
    fake->gitea_version = version;
    fake->tag_page = 2;
    check(fake);
  }
}

}  // namespace
}  // namespace cooper::test
