#include "cli/build_options.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "cli/build_command.h"

using namespace cooper;

namespace {

BuildRequest request_of(std::vector<std::string> words) {
  CLI::App app;
  cli::BuildArguments arguments;
  cli::add_build_arguments(app, arguments);
  std::reverse(words.begin(), words.end());
  app.parse(words);
  return cli::build_request(arguments);
}

base::ErrorKind refusal_of(std::vector<std::string> words) {
  try {
    static_cast<void>(request_of(std::move(words)));
  } catch (const base::Error& error) {
    return error.kind();
  }
  return base::ErrorKind::failure;
}

}  // namespace

TEST_CASE("build: the defaults") {
  ::unsetenv("SOURCE_DATE_EPOCH");
  const BuildRequest request = request_of({"."});
  REQUIRE(request.targets.size() == 1);
  CHECK(request.targets[0].context == ".");
  CHECK(request.targets[0].outputs.empty());
  CHECK(request.layers.compression == layer::Compression::gzip);
  CHECK_FALSE(request.layers.clamp_mtime.has_value());
  CHECK(request.modes == ModePolicy::automatic);
}

TEST_CASE("build: every option reaches the request") {
  const BuildRequest request = request_of({"-f",
                                           "x/Dockerfile",
                                           "-t",
                                           "site",
                                           "-t",
                                           "reg.example:5000/a/b:1",
                                           "--target",
                                           "app",
                                           "--build-arg",
                                           "A=b=c",
                                           "--label",
                                           "l=1",
                                           "--annotation",
                                           "n=2",
                                           "--build-context",
                                           "lib=./lib",
                                           "--platform",
                                           "linux/arm64",
                                           "--no-cache",
                                           "--no-cache-filter",
                                           "one,two",
                                           "--push",
                                           "-o",
                                           "type=oci,dest=x.tar",
                                           "--compression",
                                           "zstd",
                                           "--jobs",
                                           "3",
                                           "--allow",
                                           "network.host",
                                           "--add-host",
                                           "db:10.0.0.1",
                                           "--context-modes",
                                           "keep",
                                           "--load",
                                           "--pull",
                                           "--network",
                                           "none",
                                           "--shm-size",
                                           "1m",
                                           "--ulimit",
                                           "nofile=10:-1",
                                           "--ssh",
                                           "default",
                                           "--ssh",
                                           "k=/a,/b",
                                           "--provenance=false",
                                           "ctx"});
  const BuildTarget& target = request.targets.at(0);
  CHECK(target.context == "ctx");
  CHECK(target.dockerfile == "x/Dockerfile");
  CHECK(target.tags ==
        std::vector<std::string>{"docker.io/library/site:latest", "reg.example:5000/a/b:1"});
  CHECK(target.stage == "app");
  CHECK(target.build_args.at("A") == "b=c");
  CHECK(target.labels.at("l") == "1");
  CHECK(target.annotations.at("n") == "2");
  CHECK(target.contexts.at("lib") == "./lib");
  CHECK(target.platforms == std::vector<std::string>{"linux/arm64"});
  CHECK(target.no_cache);
  CHECK(target.no_cache_stages == std::set<std::string>{"one", "two"});
  REQUIRE(target.outputs.size() == 2);
  CHECK(target.outputs[0].kind == export_::Kind::oci);
  CHECK(target.outputs[1].kind == export_::Kind::registry);
  CHECK(target.allow_host_network);
  CHECK_FALSE(target.allow_insecure);
  CHECK(request.layers.compression == layer::Compression::zstd);
  CHECK(request.jobs == 3);
  CHECK(target.run_settings.extra_hosts == std::vector<std::string>{"db 10.0.0.1"});
  CHECK(target.run_settings.shm_size == 1 << 20);
  CHECK(target.run_settings.ulimits == std::vector<plan::Ulimit>{{"nofile", 10, -1}});
  CHECK(target.network == dockerfile::Network::none);
  CHECK(request.ssh.at("default").empty());
  CHECK(request.ssh.at("k") == std::vector<std::string>{"/a", "/b"});
  CHECK(request.modes == ModePolicy::keep);
}

TEST_CASE("build: what is wrong is refused") {
  using base::ErrorKind;
  CHECK(refusal_of({"-t", "UPPER/Case", "."}) == ErrorKind::usage);
  CHECK(refusal_of({"--build-arg", "=x", "."}) == ErrorKind::usage);
  CHECK(refusal_of({"--label", "=value", "."}) == ErrorKind::usage);
  CHECK(refusal_of({"--secret", "src=file", "."}) == ErrorKind::usage);
  CHECK(refusal_of({"--secret", "id=a,colour=red", "."}) == ErrorKind::usage);
  CHECK(refusal_of({"--network", "bridge", "."}) == ErrorKind::unsupported);
  CHECK(refusal_of({"--allow", "device", "."}) == ErrorKind::unsupported);
  CHECK(refusal_of({"--add-host", "x:host-gateway", "."}) == ErrorKind::unsupported);
  for (const char* host : {"x", ":1.2.3.4", "x:1.2.3", "a b:1.2.3.4"})
    CHECK(refusal_of({"--add-host", host, "."}) == ErrorKind::usage);
  for (const char* limit : {"nofile", "nofil=1", "nofile=", "nofile=2:1", "nofile=-2", "nofile=1k"})
    CHECK(refusal_of({"--ulimit", limit, "."}) == ErrorKind::usage);
  CHECK(refusal_of({"--shm-size", "much", "."}) == ErrorKind::usage);
  CHECK(refusal_of({"--ssh", "=/x", "."}) == ErrorKind::usage);
  CHECK(refusal_of({"--ssh", "a=/x", "--ssh", "a=/y", "."}) == ErrorKind::usage);
  CHECK(refusal_of({"--ssh", "a=/x,raw=true", "."}) == ErrorKind::unsupported);
}

TEST_CASE("build: options of buildx that cooper does not have are refused by name") {
  using base::ErrorKind;
  for (const char* option :
       {"--attest", "--provenance", "--sbom", "--builder", "--cgroup-parent", "--resource",
        "--memory", "--cpu-shares", "--cpuset-cpus", "--policy", "--security-opt"})
    CHECK(refusal_of({option, "x", "."}) == ErrorKind::unsupported);
  for (const char* option : {"--debug", "--squash", "--compress"})
    CHECK(refusal_of({option, "."}) == ErrorKind::unsupported);
  CHECK_THROWS_AS(static_cast<void>(request_of({"--no-such-option", "."})), CLI::ParseError);
  CHECK_THROWS_AS(static_cast<void>(request_of({"--progress", "loud", "."})), CLI::ParseError);
  CHECK_THROWS_AS(static_cast<void>(request_of({})), CLI::ParseError);
}

TEST_CASE("SOURCE_DATE_EPOCH of the environment is a build argument, unless one is given") {
  const auto epoch = [](const std::vector<std::string>& words) {
    return request_of(words).targets.at(0).build_args["SOURCE_DATE_EPOCH"];
  };
  ::setenv("SOURCE_DATE_EPOCH", "1000", 1);
  CHECK(epoch({"."}) == "1000");
  CHECK(epoch({"--build-arg", "SOURCE_DATE_EPOCH=2000", "."}) == "2000");
  CHECK(epoch({"--build-arg", "SOURCE_DATE_EPOCH=", "."}).empty());
  ::setenv("SOURCE_DATE_EPOCH", "", 1);
  CHECK(request_of({"."}).targets.at(0).build_args.count("SOURCE_DATE_EPOCH") == 0);
  ::unsetenv("SOURCE_DATE_EPOCH");
}

TEST_CASE("a secret comes from the environment") {
  std::map<std::string, std::string> secrets;
  ::setenv("COOPER_TEST_TOKEN", "word", 1);
  cli::read_secret("id=a,env=COOPER_TEST_TOKEN", secrets);
  cli::read_secret("id=COOPER_TEST_TOKEN", secrets);
  ::unsetenv("COOPER_TEST_TOKEN");
  CHECK(secrets ==
        std::map<std::string, std::string>{{"a", "word"}, {"COOPER_TEST_TOKEN", "word"}});
  CHECK_THROWS_AS(cli::read_secret("id=b,env=COOPER_TEST_TOKEN", secrets), base::Error);
}
