#include "smoke/container_spec.h"

#include <signal.h>

#include "base/error.h"
#include "base/path.h"
#include "smoke/signal_number.h"

namespace cooper::smoke {
namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct MakeMount {
  const MountPlaces& places;
  const std::string& target;

  sandbox::SpecMount operator()(const MainPath& from) const {
    sandbox::BindMount mount;
    mount.overlay_lowers = places.main_layers;
    mount.source = base::clean_below_root(from.path);
    mount.target = target;
    return mount;
  }
  sandbox::SpecMount operator()(const HostPath& from) const {
    sandbox::BindMount mount;
    mount.root = base::join_path(places.base_directory, from.path);
    mount.target = target;
    return mount;
  }
  sandbox::SpecMount operator()(const Scratch&) const { return sandbox::TmpfsMount{target}; }
};

std::string host_name(const std::string& name) {
  std::string result;
  for (const char byte : name.substr(0, 60)) {
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9');
    result += plain ? byte : '-';
  }
  return result.empty() ? "main" : result;
}

}  // namespace

sandbox::SandboxSpec make_container_spec(const std::string& name, const oci::RunConfig& config,
                                         const ContainerSettings& settings,
                                         const MountPlaces& places) {
  sandbox::SandboxSpec spec;
  spec.argv = config.entrypoint.value_or(std::vector<std::string>{});
  const std::vector<std::string> tail =
      settings.command ? *settings.command : config.cmd.value_or(std::vector<std::string>{});
  spec.argv.insert(spec.argv.end(), tail.begin(), tail.end());
  if (spec.argv.empty()) {
    throw Error(ErrorKind::usage, "start container", name,
                "the image names no program (ENTRYPOINT or CMD)")
        .with_hint("give it one with \"command\" in the smoke file");
  }
  spec.env = config.env;
  if (!oci::env_value(spec.env, "PATH")) oci::set_env(spec.env, "PATH", kDefaultPath);
  for (const auto& [key, value] : settings.env) oci::set_env(spec.env, key, value);
  spec.user = config.user;
  spec.cwd = config.working_dir.empty() ? "/" : config.working_dir;
  spec.hostname = host_name(name);
  spec.readonly_root = settings.read_only;
  for (const Mount& mount : settings.mounts) {
    spec.mounts.push_back(std::visit(MakeMount{places, mount.target}, mount.source));
  }
  return spec;
}

int stop_signal_of(const oci::RunConfig& config) {
  if (config.stop_signal.empty()) return SIGTERM;
  if (const auto number = signal_number(config.stop_signal)) return *number;
  throw Error(ErrorKind::unsupported, "use stop signal", config.stop_signal,
              "no signal of that name is known");
}

}  // namespace cooper::smoke
