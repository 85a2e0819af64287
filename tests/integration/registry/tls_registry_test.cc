// docker-registry behind TLS: HTTP/2, its own authority, clients with a certificate only.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "registry/http/clock.h"
#include "registry/registry_settings.h"
#include "tests/contract/registry/registry_contract.h"
#include "tests/support/temp_directory.h"

namespace cooper::test {
namespace {

namespace fs = std::filesystem;

std::string setting(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) FAIL(name, " is not set: run it through tests/support/with-servers");
  return value;
}

// A certs.d of the test's own.
struct Certified {
  std::string host = setting("COOPER_TEST_TLS_REGISTRY");
  std::string certificates = setting("COOPER_TEST_CERTIFICATES");
  TempDirectory certs_d;
  registry::RegistrySettings settings;

  explicit Certified(const std::vector<std::string>& files) {
    fs::create_directory(certs_d.path() + "/" + host);
    for (const std::string& file : files)
      fs::copy_file(certificates + "/" + file, certs_d.path() + "/" + host + "/" + file);
    settings.certificate_directories = {certs_d.path()};
  }
  [[nodiscard]] std::shared_ptr<registry::Client> client() const {
    return std::make_shared<registry::Client>(
        std::make_shared<http::CurlTransport>(registry::curl_options(settings)),
        std::make_shared<http::SystemClock>(), std::make_shared<registry::NoCredentials>(),
        registry::client_options(settings));
  }
};

base::Error error_of(const Certified& certified) {
  try {
    certified.client()->ping(certified.host);
  } catch (const base::Error& error) {
    return error;
  }
  FAIL("it was let in");
  return {base::ErrorKind::failure, "", "", ""};
}

TEST_CASE("with our certificate and its authority from certs.d the contract is kept") {
  const Certified certified({"ca.crt", "client.cert", "client.key"});
  CHECK(certified.client()->host(certified.host)->endpoint().scheme == "https");
  check_registry_contract({certified.client(), certified.host, false}, "contract");
}

// security.N5
TEST_CASE("an authority nobody vouches for is an error that says where to put it") {
  const base::Error error = error_of(Certified({"client.cert", "client.key"}));
  CHECK(error.kind() == base::ErrorKind::network);
  CHECK(error.hint().find("certs.d/127.0.0.1:") != std::string::npos);
}

TEST_CASE("without our certificate the server does not talk") {
  CHECK(error_of(Certified({"ca.crt"})).kind() == base::ErrorKind::network);
}

TEST_CASE("a registry called insecure may have any certificate, and no other") {
  Certified certified({"client.cert", "client.key"});
  registry::allow_insecure(certified.settings, "other.example");
  static_cast<void>(error_of(certified));
  registry::allow_insecure(certified.settings, certified.host);
  certified.client()->ping(certified.host);
}

}  // namespace
}  // namespace cooper::test
