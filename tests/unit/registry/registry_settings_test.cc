#include "registry/registry_settings.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/registry/registry_fixture.h"

namespace cooper::registry {
namespace {

struct Conf {
  test::TempDirectory root;
  Conf() {
    std::filesystem::create_directories(root.path() + "/.config/containers/registries.conf.d");
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(root.path() + "/.config/containers/" + name) << text;
  }
  [[nodiscard]] RegistrySettings open(const std::string& named = "") const {
    return open_registry_settings([&](const char* name) {
      const std::string variable = name;
      if (variable == "HOME") return root.path();
      return variable == "CONTAINERS_REGISTRIES_CONF" ? named : std::string();
    });
  }
};

TEST_CASE("our own registries.conf, with what lies beside it") {
  const Conf conf;
  conf.write("registries.conf", "[[registry]]\nprefix=\"cooper-test-a.example\"\nblocked=true\n");
  conf.write("registries.conf.d/10.conf",
             "[[registry]]\nprefix=\"cooper-test-a.example\"\nlocation=\"b.example\"\n");
  conf.write("registries.conf.d/note.txt", "not TOML");
  const RegistrySettings settings = conf.open();
  const auto places =
      pull_locations(settings.rules, oci::parse_reference("cooper-test-a.example/x"));
  CHECK(places.front().registry == "b.example");
  conf.write("alone.conf", "[[registry]]\nprefix=\"c.example\"\nblocked=true\n");
  CHECK(conf.open(conf.root.path() + "/.config/containers/alone.conf").rules.size() == 1);
  CHECK_THROWS_AS(static_cast<void>(conf.open("/does/not/exist")), base::Error);
}

TEST_CASE("what options add is checked") {
  RegistrySettings settings;
  allow_realm(settings, "Reg.example=https://sso.example");
  CHECK(settings.realms == AllowedRealms{{"reg.example", "https://sso.example"}});
  for (const char* text : {"", "x", "=https://a.example", "x=", "x=a.example", "x=ftp://a.example",
                           "x=https://a.example/path", "x=https://u@a.example"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(allow_realm(settings, text), base::Error);
  }
  allow_insecure(settings, "lab.example:5000");
  CHECK(settings.insecure.count("lab.example:5000") == 1);
  for (const char* text : {"", "http://lab.example", "a/b", "a b"})
    CHECK_THROWS_AS(allow_insecure(settings, text), base::Error);
  const http::CurlOptions options = curl_options(settings);
  CHECK_FALSE(options.tls_for("lab.example:5000").verify);
  CHECK(options.tls_for("lab.example").verify);
}

TEST_CASE("an insecure registry is asked which it speaks; any other is not") {
  using http::Failure;
  for (const Failure failure : {Failure::tls, Failure::refused, Failure::unresolved}) {
    test::RegistryFixture f;
    f.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
      if (request.url.scheme == "https") throw http::TransportError(failure, request, "no");
      return std::nullopt;
    };
    RegistrySettings settings;
    allow_insecure(settings, "fake.example");
    Client client(f.fake, f.clock, f.credentials, client_options(settings));
    if (failure == Failure::unresolved) {
      CHECK_THROWS_AS(client.ping("fake.example"), base::Error);
    } else {
      client.ping("fake.example");
      CHECK(http::origin(client.host("fake.example")->endpoint()) == "http://fake.example");
    }
    CHECK_THROWS_AS(f.client.ping("fake.example"), base::Error);  // not called insecure there
    CHECK_FALSE(f.fake->requests.front().headers.find("Authorization").has_value());
  }
  test::RegistryFixture secure;
  RegistrySettings settings;
  allow_insecure(settings, "fake.example");
  Client client(secure.fake, secure.clock, secure.credentials, client_options(settings));
  client.ping("fake.example");
  CHECK(http::origin(client.host("fake.example")->endpoint()) == "https://fake.example");
}

}  // namespace
}  // namespace cooper::registry
