#include "registry/certificates.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "tests/support/temp_directory.h"

namespace cooper::registry {
namespace {

struct CertsDirectory {
  test::TempDirectory root;
  std::string host = root.path() + "/reg.example:5000";

  CertsDirectory() { std::filesystem::create_directory(host); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(host + "/" + name) << text;
  }
  [[nodiscard]] std::optional<http::HostTls> find(const std::string& name) const {
    return find_certificates(name, {root.path() + "/absent", root.path()});
  }
};

TEST_CASE("authorities and our certificate, by host and port") {
  const CertsDirectory d;
  d.write("ca.crt", "one");
  d.write("zz.crt", "two");
  d.write("client.cert", "c");
  d.write("client.key", "k");
  d.write("README", "");
  const auto tls = d.find("reg.example:5000");
  REQUIRE(tls.has_value());
  CHECK(tls->authorities == "one\ntwo\n");
  CHECK(tls->client_certificate == d.host + "/client.cert");
  CHECK(tls->client_key == d.host + "/client.key");
  CHECK(tls->verify);
  for (const char* other : {"reg.example", "reg.example:5001", "", ".", "..", "a/b"})
    CHECK_FALSE(d.find(other).has_value());
}

TEST_CASE("a certificate that is a link, as mounted secrets are, is read") {
  const CertsDirectory d;
  std::ofstream(d.root.path() + "/real") << "one";
  std::filesystem::create_symlink(d.root.path() + "/real", d.host + "/ca.crt");
  CHECK(d.find("reg.example:5000")->authorities == "one\n");
  std::filesystem::remove(d.root.path() + "/real");
  CHECK_THROWS_WITH_AS(static_cast<void>(d.find("reg.example:5000")),
                       doctest::Contains("'ca.crt' cannot be read"), base::Error);
}

TEST_CASE("half a pair, or two, are refused") {
  for (const auto& [names, cause] : std::vector<std::pair<std::vector<const char*>, const char*>>{
           {{"client.cert"}, "no key beside it"},
           {{"client.key"}, "no certificate beside it"},
           {{"a.cert", "a.key", "b.cert", "b.key"}, "two client certificates"}}) {
    const CertsDirectory d;
    for (const char* name : names) d.write(name, "x");
    CHECK_THROWS_WITH_AS(static_cast<void>(d.find("reg.example:5000")), doctest::Contains(cause),
                         base::Error);
  }
}

}  // namespace
}  // namespace cooper::registry
