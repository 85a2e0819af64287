#include <doctest/doctest.h>

#include "base/error.h"
#include "cli/docker_auth.h"

using namespace cooper;
using cli::has_docker_auth;
using cli::with_docker_auth;

TEST_CASE("login makes an entry that Docker reads") {
  CHECK(with_docker_auth(std::nullopt, "f", "reg.example:5000", cli::DockerAuth{"me", "word"}) ==
        "{\n\t\"auths\": {\n\t\t\"reg.example:5000\": {\n\t\t\t\"auth\": "
        "\"bWU6d29yZA==\"\n\t\t}\n\t}\n}\n");
  const std::string hub = with_docker_auth("", "f", "docker.io", cli::DockerAuth{"me", "word"});
  CHECK(hub.find("\"https://index.docker.io/v1/\"") != std::string::npos);
  CHECK(has_docker_auth(hub, "f", "docker.io"));
}

TEST_CASE("what is not ours stays, and the same host has one entry") {
  const std::string old =
      R"({"HttpHeaders":{"a":"b"},"auths":{"https://reg.example/v2/":{"auth":"eDp5"},"other":{"auth":"eDp5"}}})";
  const std::string text = with_docker_auth(old, "f", "reg.example", cli::DockerAuth{"me", "word"});
  CHECK(text.find("HttpHeaders") != std::string::npos);
  CHECK(text.find("\"other\"") != std::string::npos);
  CHECK(text.find("https://reg.example/v2/") == std::string::npos);
  CHECK(has_docker_auth(text, "f", "reg.example"));
  const std::string without = with_docker_auth(text, "f", "reg.example", std::nullopt);
  CHECK_FALSE(has_docker_auth(without, "f", "reg.example"));
  CHECK(has_docker_auth(without, "f", "other"));
}

TEST_CASE("helpers stay configured, and a file that is none is refused") {
  const cli::DockerAuth auth{"me", "word"};
  CHECK(with_docker_auth(R"({"credsStore":"pass"})", "f", "a.example", auth).find("\"pass\"") !=
        std::string::npos);
  CHECK_FALSE(has_docker_auth(R"({"credHelpers":{"a.example":"pass"}})", "f", "a.example"));
  CHECK_THROWS_AS(static_cast<void>(has_docker_auth("[]", "f", "a.example")), base::Error);
  CHECK_THROWS_AS(static_cast<void>(has_docker_auth(R"({"auths":[]})", "f", "a.example")),
                  base::Error);
}
