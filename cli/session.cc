#include "cli/session.h"

#include <sys/utsname.h>

#include "base/error.h"
#include "oci/reference.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

void require_mode(const sandbox::Probe& probe, const std::string& isolation) {
  const bool root = probe.mode == sandbox::Mode::root_namespaces;
  const bool rootless = probe.mode == sandbox::Mode::rootless;
  if (isolation == "auto" || (isolation == "root" && root) || (isolation == "rootless" && rootless))
    return;
  throw Error(ErrorKind::unsupported, "use isolation", isolation,
              probe.reason.empty() ? "it is not to be had here" : probe.reason);
}

}  // namespace

Session Session::open(const Globals& globals) {
  return {store::Store::open(globals.root), Network(globals)};
}

sandbox::Probe Session::probe(const Globals& globals) const {
  const store::TempDirectory scratch = store.new_temp_directory();
  sandbox::Probe probe = sandbox::probe(scratch.path());
  require_mode(probe, globals.isolation);
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
    case sandbox::Mode::chroot: text = "none to be had"; break;
  }
  if (!probe.overlay) text += ", without overlayfs";
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
