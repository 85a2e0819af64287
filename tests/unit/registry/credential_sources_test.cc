#include "registry/credential_sources.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "base/base64.h"
#include "base/error.h"
#include "tests/support/temp_directory.h"

namespace cooper::registry {
namespace {

std::string config_of(const std::string& host, const std::string& user) {
  return R"({"auths":{")" + host + R"(":{"auth":")" + base::encode_base64(user + ":word") + "\"}}}";
}

struct Machine {
  test::TempDirectory root;
  std::map<std::string, std::string> variables = {{"HOME", root.path()}};

  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = root.path() + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  // The user name found for a host; "" for none.
  [[nodiscard]] std::string user_at(const std::string& host) const {
    const auto found = open()->find(host, "team/site");
    return found ? found->username : "";
  }
  [[nodiscard]] std::shared_ptr<CredentialStore> open() const {
    return open_credentials([this](const char* name) {
      const auto found = variables.find(name);
      return found == variables.end() ? std::string() : found->second;
    });
  }
};

TEST_CASE("files are looked at in order; the first that knows the host is believed") {
  Machine m;
  CHECK(m.user_at("reg.example") == "");
  m.write(".config/containers/auth.json", config_of("reg.example", "own"));
  CHECK(m.user_at("reg.example") == "own");
  m.variables["XDG_RUNTIME_DIR"] = m.root.path() + "/run";
  m.write("run/containers/auth.json", config_of("reg.example", "podman"));
  CHECK(m.user_at("reg.example") == "podman");
  m.write(".docker/config.json", config_of("reg.example", "docker"));
  CHECK(m.user_at("reg.example") == "docker");
  m.variables["DOCKER_CONFIG"] = m.root.path() + "/elsewhere";
  CHECK(m.user_at("reg.example") == "podman");
  m.write("elsewhere/config.json", config_of("other.example", "x"));
  CHECK(m.user_at("other.example") == "x");
  m.variables["REGISTRY_AUTH_FILE"] = m.root.path() + "/named.json";
  m.write("named.json", config_of("named.example", "n"));
  CHECK(m.user_at("named.example") == "n");
  CHECK(m.user_at("reg.example") == "");
  CHECK(m.open()->describe() == m.root.path() + "/named.json");
}

TEST_CASE("the environment goes before files, for the one host it names") {
  Machine m;
  m.write(".docker/config.json", config_of("reg.example", "docker"));
  m.variables["DOCKER_AUTH_CONFIG"] = config_of("reg.example", "ci");
  CHECK(m.user_at("reg.example") == "ci");
  m.variables["COOPER_REGISTRY"] = "Reg.example";
  m.variables["COOPER_REGISTRY_USER"] = "robot";
  m.variables["COOPER_REGISTRY_PASSWORD"] = "secret-word";
  CHECK(m.user_at("reg.example") == "robot");
  for (const char* host : {"reg.example:5000", "reg.example.evil", "docker.io"})
    CHECK(m.user_at(host) == "");
  CHECK(m.open()->describe().find("secret-word") == std::string::npos);
  m.variables.erase("COOPER_REGISTRY");
  CHECK_THROWS_WITH_AS(static_cast<void>(m.open()), doctest::Contains("go together"), base::Error);
}

TEST_CASE("a mounted secret is a link; a named file must exist; a damaged one is named") {
  Machine m;
  m.write("real", config_of("reg.example", "mounted"));
  std::filesystem::create_directory(m.root.path() + "/.docker");
  std::filesystem::create_symlink(m.root.path() + "/real", m.root.path() + "/.docker/config.json");
  CHECK(m.user_at("reg.example") == "mounted");
  m.write("real", "  \n");
  CHECK(m.user_at("reg.example") == "");
  m.write("real", "{\"auths\":");
  CHECK_THROWS_WITH_AS(static_cast<void>(m.open()), doctest::Contains(".docker/config.json"),
                       base::Error);
  m.variables["REGISTRY_AUTH_FILE"] = m.root.path() + "/absent";
  CHECK_THROWS_WITH_AS(static_cast<void>(m.open()), doctest::Contains("does not exist"),
                       base::Error);
}

}  // namespace
}  // namespace cooper::registry
