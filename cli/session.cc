#include "cli/session.h"

#include <sys/utsname.h>

#include "base/error.h"
#include "builder/upkeep/recovery.h"
#include "oci/reference.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

bool has_mode(const sandbox::Probe& probe, sandbox::Isolation isolation) {
  using sandbox::Isolation;
  using sandbox::Mode;
  switch (isolation) {
    case Isolation::automatic: return true;
    case Isolation::root: return probe.mode == Mode::root_namespaces;
    case Isolation::userns: return probe.mode == Mode::rootless;
    case Isolation::single: return probe.mode == Mode::single_id;
    case Isolation::chroot: return probe.can_chroot;
  }
  return false;
}

void require_mode(const sandbox::Probe& probe, const Globals& globals) {
  const auto refuse = [&](const char* doing, const std::string& thing, const std::string& cause) {
    throw Error(ErrorKind::unsupported, doing, thing,
                cause.empty() ? "it is not to be had here" : cause)
        .with_hint("'cooper doctor' says what this machine allows and what is missing");
  };
  if (!has_mode(probe, sandbox::parse_isolation(globals.isolation).value()))
    refuse("use isolation", globals.isolation,
           probe.mode == sandbox::Mode::chroot && globals.isolation == "chroot"
               ? "chroot needs the capability CAP_SYS_CHROOT"
               : probe.reason);
  if (globals.snapshots == "overlay" && !probe.overlay)
    refuse("use snapshots", globals.snapshots, probe.reason);
}

}  // namespace

Session Session::open(const Globals& globals) {
  Session session{store::Store::open(globals.root), Network(globals)};
  upkeep::recover(session.store);
  return session;
}

sandbox::Probe Session::probe(const Globals& globals) const {
  const store::TempDirectory scratch = store.new_temp_directory();
  sandbox::Probe probe =
      sandbox::probe(scratch.path(), sandbox::parse_isolation(globals.isolation).value(),
                     globals.snapshots != "directory");
  require_mode(probe, globals);
  return probe;
}

BuildTools Session::tools(const Globals& globals) {
  return {store,
          probe(globals),
          [this](const std::string& location) { return network.open_source(location, store); },
          [this](const std::vector<export_::ExportJob>& jobs, std::stop_token stop) {
            return network.export_images(jobs, store, stop);
          },
          network.fetcher(store),
          {},
          {},
          {},
          {},
          [this](const share::CacheLocation& location) { return network.open_cache(location); }};
}

oci::Platform host_platform() {
  struct utsname name = {};
  ::uname(&name);
  return oci::normalize({"linux", name.machine});
}

std::string isolation_text(const sandbox::Probe& probe) {
  std::string text;
  switch (probe.mode) {
    case sandbox::Mode::root_namespaces: text = "root, in namespaces"; break;
    case sandbox::Mode::rootless: text = "rootless, in a user namespace"; break;
    case sandbox::Mode::single_id: text = "rootless, in a user namespace of one id"; break;
    case sandbox::Mode::chroot:
      text = probe.can_chroot ? "chroot, which is no security boundary" : "none to be had";
      break;
  }
  if (!probe.overlay) text += ", snapshots are directories";
  if (!probe.reason.empty()) text += " (" + base::printable(probe.reason) + ")";
  return text;
}

std::string image_location(const std::string& text, const store::Store& store) {
  if (text.find("://") != std::string::npos || text.starts_with("docker-archive:") ||
      text.starts_with("oci-archive:") || text.starts_with("cooper-store:"))
    return text;
  if (text.starts_with("oci:")) return "oci-layout://" + text.substr(4);
  const std::string full = oci::to_string(oci::parse_reference(text));
  return store.find_image(full) ? "cooper-store:" + full : full;
}

}  // namespace cooper::cli
