// The contract suite against real registries: Debian's docker-registry, open and with passwords.
#include <doctest/doctest.h>

#include <cstdlib>

#include "registry/http/curl_transport.h"
#include "tests/contract/registry/registry_contract.h"

namespace cooper::test {
namespace {

class OneUser final : public registry::CredentialStore {
 public:
  explicit OneUser(std::string password) : password_(std::move(password)) {}
  std::optional<registry::Credential> find(const std::string&, const std::string&) override {
    return registry::Credential{"cooper", password_, "", "the test"};
  }
  std::string describe() const override { return "the test"; }

 private:
  std::string password_;
};

RegistryUnderTest server(const char* variable,
                         std::shared_ptr<registry::CredentialStore> credentials) {
  const char* const address = std::getenv(variable);
  if (address == nullptr) FAIL(variable, " is not set: run it through tests/support/with-servers");
  const auto client = std::make_shared<registry::Client>(
      std::make_shared<http::CurlTransport>(http::curl_options_from_environment()),
      std::make_shared<http::SystemClock>(), std::move(credentials));
  return {client, address, false};
}

TEST_CASE("docker-registry keeps the contract") {
  check_registry_contract(
      server("COOPER_TEST_REGISTRY", std::make_shared<registry::NoCredentials>()), "contract");
}

TEST_CASE("docker-registry with passwords keeps the contract") {
  check_registry_contract(server("COOPER_TEST_AUTH_REGISTRY", std::make_shared<OneUser>("staves")),
                          "contract");
}

TEST_CASE("without or with a wrong password the refusal is explained") {
  const RegistryUnderTest nobody =
      server("COOPER_TEST_AUTH_REGISTRY", std::make_shared<registry::NoCredentials>());
  CHECK_THROWS_WITH_AS(nobody.client->ping(nobody.host), doctest::Contains("401 Unauthorized"),
                       base::Error);
  const RegistryUnderTest wrong =
      server("COOPER_TEST_AUTH_REGISTRY", std::make_shared<OneUser>("wrong"));
  try {
    wrong.client->ping(wrong.host);
    FAIL("a wrong password was accepted");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::denied);
    CHECK(error.hint().find("'cooper' from the test") != std::string::npos);
  }
}

TEST_CASE("a host where nothing listens is an error at once") {
  registry::Client client(std::make_shared<http::CurlTransport>(http::CurlOptions{}),
                          std::make_shared<http::SystemClock>(),
                          std::make_shared<registry::NoCredentials>());
  const auto before = std::chrono::steady_clock::now();
  try {
    client.ping("127.0.0.1:1");
    FAIL("nothing listens there");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::network);
    CHECK(std::string(error.what()).find("http://127.0.0.1:1/v2/") != std::string::npos);
  }
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(2));
}

}  // namespace
}  // namespace cooper::test
