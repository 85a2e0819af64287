#include "smoke/container_spec.h"

#include <doctest/doctest.h>
#include <signal.h>

#include "base/error.h"

namespace cooper::smoke {
namespace {

oci::RunConfig image() {
  oci::RunConfig config;
  config.entrypoint = {"entrypoint"};
  config.cmd = {"serve", "--all"};
  config.env = {"MODE=production", "PATH=/opt/bin"};
  config.user = "www-data";
  config.working_dir = "/srv";
  return config;
}

const MountPlaces kPlaces{{"/layers/top", "/layers/bottom"}, "/project"};

}  // namespace

TEST_CASE("an image starts as its configuration says") {
  ContainerSettings settings;
  settings.env = {{"MODE", "test"}, {"KEY", "a=b"}};
  const auto spec = make_container_spec("main", image(), settings, kPlaces);
  CHECK(spec.argv == std::vector<std::string>{"entrypoint", "serve", "--all"});
  CHECK(spec.env == std::vector<std::string>{"MODE=test", "PATH=/opt/bin", "KEY=a=b"});
  CHECK(spec.user == "www-data");
  CHECK(spec.cwd == "/srv");
  CHECK(spec.hostname == "main");
  CHECK_FALSE(spec.readonly_root);
}

TEST_CASE("a command takes the place of Cmd, and an image without PATH gets one") {
  oci::RunConfig config;
  ContainerSettings settings;
  CHECK_THROWS_AS(static_cast<void>(make_container_spec("main", config, settings, kPlaces)),
                  base::Error);
  settings.command = {"sh", "-c", "true"};
  config.cmd = {"serve"};
  const auto spec = make_container_spec("my_name!", config, settings, kPlaces);
  CHECK(spec.argv == std::vector<std::string>{"sh", "-c", "true"});
  CHECK(oci::env_value(spec.env, "PATH").has_value());
  CHECK(spec.cwd == "/");
  CHECK(spec.hostname == "my-name-");
}

TEST_CASE("mounts come from the main image, the base directory or memory") {
  ContainerSettings settings;
  settings.read_only = true;
  settings.mounts = {{MainPath{"/var/www/../www/public"}, "/public"},
                     {HostPath{"nginx/nginx.conf"}, "/etc/nginx/nginx.conf"},
                     {HostPath{"/etc/hosts"}, "/hosts"},
                     {Scratch{}, "/tmp"}};
  const auto spec = make_container_spec("nginx", image(), settings, kPlaces);
  REQUIRE(spec.mounts.size() == 4);
  const auto& main = std::get<sandbox::BindMount>(spec.mounts[0]);
  CHECK(main.overlay_lowers == kPlaces.main_layers);
  CHECK(main.source == "var/www/public");
  CHECK(main.readonly);
  CHECK(std::get<sandbox::BindMount>(spec.mounts[1]).root == "/project/nginx/nginx.conf");
  CHECK(std::get<sandbox::BindMount>(spec.mounts[2]).root == "/etc/hosts");
  CHECK(std::get<sandbox::TmpfsMount>(spec.mounts[3]).target == "/tmp");
  CHECK(spec.readonly_root);
}

TEST_CASE("the stop signal is the image's, or SIGTERM") {
  oci::RunConfig config;
  CHECK(stop_signal_of(config) == SIGTERM);
  config.stop_signal = "SIGQUIT";
  CHECK(stop_signal_of(config) == SIGQUIT);
  config.stop_signal = "SIGWHAT";
  CHECK_THROWS_AS(static_cast<void>(stop_signal_of(config)), base::Error);
}

}  // namespace cooper::smoke
