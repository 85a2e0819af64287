#include "registry/docker_config.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace cooper::registry {
namespace {

std::optional<Credential> no_helper(const std::string&, const std::string&) { return std::nullopt; }

TEST_CASE("keys of the file name hosts") {
  CHECK(normalized_registry_key("https://index.docker.io/v1/") == "docker.io");
  CHECK(normalized_registry_key("registry-1.docker.io") == "docker.io");
  CHECK(normalized_registry_key("https://Reg.Example:5000/v2/") == "reg.example:5000");
  CHECK(normalized_registry_key("reg.example/team") == "reg.example/team");
}

// security.N6
TEST_CASE("passwords are found for the exact host only") {
  const DockerConfig config = parse_docker_config(
      R"({"auths":{"reg.example":{"auth":"dTpwOnE="},"other:5000":{"username":"a","password":"b"},
          "reg.example/team":{"auth":"dGVhbTp0"},"empty":{}},"HttpHeaders":{}})",
      "config.json");
  DockerCredentials credentials(config, no_helper, "config.json");
  const auto found = credentials.find("reg.example", "x/y");
  REQUIRE(found.has_value());
  CHECK(found->username == "u");
  CHECK(found->password == "p:q");
  CHECK(credentials.find("reg.example", "team/site")->username == "team");
  CHECK(credentials.find("reg.example", "teams/site")->username == "u");
  CHECK(credentials.find("other:5000", "x")->password == "b");
  for (const char* host : {"reg.example.evil", "reg.example:443", "other", "docker.io", "empty"}) {
    CAPTURE(host);
    CHECK_FALSE(credentials.find(host, "x").has_value());
  }
}

TEST_CASE("helpers go before auths and are asked once") {
  const DockerConfig config = parse_docker_config(
      R"({"auths":{"reg.example":{"auth":"dTpw"}},"credHelpers":{"reg.example":"special"},"credsStore":"usual"})",
      "f");
  std::vector<std::string> asked;
  DockerCredentials credentials(
      config,
      [&](const std::string& suffix, const std::string& host) -> std::optional<Credential> {
        asked.push_back(suffix + " " + host);
        if (suffix == "special") return Credential{"s", "s", "", "special"};
        return std::nullopt;
      },
      "f");
  CHECK(credentials.find("reg.example", "x")->username == "s");
  CHECK(credentials.find("reg.example", "y")->username == "s");
  CHECK_FALSE(credentials.find("docker.io", "library/x").has_value());
  CHECK(asked == std::vector<std::string>{"special reg.example", "usual docker.io"});
}

TEST_CASE("a helper's answer may be a token") {
  CHECK(parse_helper_answer(R"({"ServerURL":"x","Username":"u","Secret":"p"})", "h").password ==
        "p");
  const Credential token = parse_helper_answer(R"({"Username":"<token>","Secret":"t"})", "h");
  CHECK(token.identity_token == "t");
  CHECK(token.username.empty());
}

// security.C13
TEST_CASE("a helper's answer with control characters is refused, and not shown") {
  for (const char* answer : {R"({"Username":"a\nb","Secret":"word"})",
                             R"({"Username":"a","Secret":"wo\u0000rd"})", "word", R"(["word"])"}) {
    CAPTURE(answer);
    try {
      static_cast<void>(parse_helper_answer(answer, "docker-credential-x"));
      FAIL("accepted");
    } catch (const base::Error& error) {
      CHECK(std::string(error.what()).find("docker-credential-x") != std::string::npos);
      CHECK(std::string(error.what()).find("word") == std::string::npos);
    }
  }
}

TEST_CASE("a damaged file is an error that shows no secret") {
  for (const char* text : {"[]", "{", R"({"auths":[]})", R"({"auths":{"h":{"auth":"c2VjcmV0"}}})",
                           R"({"auths":{"h":{"auth":7}}})", R"({"credsStore":1})",
                           R"({"auths":{"h":{"username":"u","password":"c2VjcmV0")"}) {
    CAPTURE(text);
    try {
      static_cast<void>(parse_docker_config(text, "config.json"));
      FAIL("accepted");
    } catch (const base::Error& error) {
      CHECK(std::string(error.what()).find("config.json") != std::string::npos);
      CHECK(std::string(error.what()).find("secret") == std::string::npos);
      CHECK(std::string(error.what()).find("c2VjcmV0") == std::string::npos);
    }
  }
}

}  // namespace
}  // namespace cooper::registry
