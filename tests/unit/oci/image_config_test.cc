#include "oci/image_config.h"

#include <doctest/doctest.h>

#include <string>

#include "base/error.h"

using namespace cooper::oci;  // NOLINT(google-build-using-namespace)
using cooper::base::Error;

namespace {

ImageConfig sample() {
  ImageConfig image;
  image.platform = {"linux", "arm64", "v9"};
  image.created = "2026-11-23T05:17:08Z";
  image.author = "a";
  image.config.user = "www-data";
  image.config.exposed_ports = {"80/tcp", "443/tcp"};
  image.config.env = {"PATH=/bin", "EMPTY=", "BARE"};
  image.config.entrypoint = std::vector<std::string>{"/entry"};
  image.config.cmd = std::vector<std::string>{"run"};
  image.config.volumes = {"/data"};
  image.config.working_dir = "/app";
  image.config.labels = {{"z", "1"}, {"a", "<&>"}};
  image.config.stop_signal = "SIGQUIT";
  image.config.healthcheck = Healthcheck{{"CMD", "true"}, 1, 2, 3, 4, 5};
  image.config.on_build = {"RUN x"};
  image.config.shell = {"/bin/bash", "-c"};
  image.config.args_escaped = true;
  image.diff_ids = {DiffId::of_bytes("")};
  image.history = {{"2026-11-23T05:17:08Z", "RUN x", "", "c", false},
                   {"", "ENV a=b", "", "", true}};
  image.extra_config_json = R"({"Hostname":"h","Tty":false})";
  image.extra_json = R"({"docker_version":"1","moby.buildkit":[1,{"x":null}]})";
  return image;
}

}  // namespace

TEST_CASE("a full config round-trips") {
  const std::string text = to_json(sample());
  CHECK(parse_image_config(text) == sample());
  CHECK(to_json(parse_image_config(text)) == text);
  CHECK(text.find(R"("Entrypoint":["/entry"],"Cmd":["run"],"Volumes":{"/data":{}})") !=
        std::string::npos);
  ImageConfig empty = sample();  // as BuildKit writes it (row M3)
  empty.config.cmd = std::vector<std::string>{};
  CHECK(to_json(empty).find(R"("Entrypoint":["/entry"],"Volumes":{"/data":{}})") !=
        std::string::npos);
}

TEST_CASE("every port there is can be exposed") {
  ImageConfig image = sample();
  for (int port = 1; port <= 65535; ++port) {
    image.config.exposed_ports.insert(std::to_string(port) + "/tcp");
    image.config.exposed_ports.insert(std::to_string(port) + "/udp");
  }
  CHECK(parse_image_config(to_json(image)).config.exposed_ports == image.config.exposed_ports);
}

TEST_CASE("a minimal config has what the format demands") {
  ImageConfig image;
  image.platform = {"linux", "amd64"};
  CHECK(to_json(image) ==
        R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}})");
}

TEST_CASE("null members, absent members and Docker's habits are accepted") {
  const ImageConfig image = parse_image_config(
      R"({"architecture":"amd64","os":"linux","config":{"Env":null,"Entrypoint":null,"Cmd":"sh","Labels":null,
          "Volumes":null,"Healthcheck":null,"OnBuild":null,"ExposedPorts":null,"User":null},
          "rootfs":{"type":"layers","diff_ids":null},"history":null})");
  CHECK(image.config.env.empty());
  CHECK_FALSE(image.config.entrypoint.has_value());
  CHECK(image.config.cmd == std::vector<std::string>{"sh"});
  CHECK(image.diff_ids.empty());
  CHECK(parse_image_config(R"({"config":{"Entrypoint":[],"Cmd":[]}})").config == RunConfig{});
  CHECK(parse_image_config("{}").platform.os.empty());
  CHECK(parse_image_config(R"({"config":null})").config == RunConfig{});
}

TEST_CASE("entries of Env without '=' are kept") {
  const ImageConfig image = parse_image_config(R"({"config":{"Env":["A","B=1","","=x"]}})");
  CHECK(image.config.env == std::vector<std::string>{"A", "B=1", "", "=x"});
}

TEST_CASE("unknown members are carried") {
  const ImageConfig image = parse_image_config(R"({"x":[1,2.5,null],"config":{"Hostname":"h"}})");
  CHECK(image.extra_json == R"({"x":[1,2.5,null]})");
  CHECK(image.extra_config_json == R"({"Hostname":"h"})");
  CHECK(to_json(image).find(R"("Hostname":"h")") != std::string::npos);
}

TEST_CASE("wrong types are refused and named") {
  const auto cause = [](std::string_view text) {
    try {
      static_cast<void>(parse_image_config(text));
    } catch (const Error& error) {
      return error.cause();
    }
    return std::string("accepted");
  };
  CHECK(cause(R"({"config":[]})") == "config is not an object");
  CHECK(cause(R"({"config":{"Env":{}}})") == "config.Env is not an array");
  CHECK(cause(R"({"config":{"Env":[1]}})") == "config.Env[0] is not a string");
  CHECK(cause(R"({"config":{"Env":["A=\u0000"]}})") == "config.Env[0] contains a NUL byte");
  CHECK(cause(R"({"config":{"Labels":{"a":1}}})") == "config.Labels.a is not a string");
  CHECK(cause(R"({"config":{"Healthcheck":{"Interval":1e30}}})") ==
        "config.Healthcheck.Interval is not a 64-bit integer");
  CHECK(cause(R"({"rootfs":{"type":"zip","diff_ids":[]}})") ==
        "rootfs.type is 'zip', not 'layers'");
  CHECK(cause(R"({"rootfs":{"type":"layers","diff_ids":["sha256:x"]}})").find("no sha256 digest") !=
        std::string::npos);
  CHECK(cause(R"({"os":"linux","os":"windows"})").find("duplicate key 'os'") != std::string::npos);
}

TEST_CASE("bytes that JSON cannot hold are replaced on writing") {
  ImageConfig image;
  image.config.env = {"A=\xff", "CAF\xc9=\xe9"};
  CHECK(to_json(image).find("\"A=\xef\xbf\xbd\",\"CAF\xef\xbf\xbd=\xef\xbf\xbd\"") !=
        std::string::npos);
}

TEST_CASE("a list of variables") {
  std::vector<std::string> env = {"A=1", "B", "AB=2"};
  CHECK(env_value(env, "A") == "1");
  CHECK(env_value(env, "B") == "");
  CHECK_FALSE(env_value(env, "C").has_value());
  set_env(env, "A", "x=y");
  set_env(env, "B", "");
  set_env(env, "C", "3");
  CHECK(env == std::vector<std::string>{"A=x=y", "B=", "AB=2", "C=3"});
  CHECK(env_value(env, "A") == "x=y");
}
