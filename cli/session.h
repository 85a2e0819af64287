// What a subcommand works with: the store, the sandbox's probe, images in and out. Opened once per
// command.
#pragma once

#include <memory>
#include <string>

#include "builder/build.h"
#include "builder/sandbox/sandbox.h"
#include "builder/store/store.h"
#include "cli/globals.h"
#include "cli/network.h"

namespace cooper::cli {

struct Session {
  store::Store store;
  Network network;

  [[nodiscard]] static Session open(const Globals& globals);
  // The sandbox's mode, tried on this machine; throws base::Error when --isolation asks for one
  // that is not to be had.
  [[nodiscard]] sandbox::Probe probe(const Globals& globals) const;
  // Everything build() needs; `fetcher` outlives the result.
  [[nodiscard]] BuildTools tools(const Globals& globals);
};

[[nodiscard]] oci::Platform host_platform();

// "root, in namespaces of its own", with the reason when a better mode is not to be had.
[[nodiscard]] std::string isolation_text(const sandbox::Probe& probe);

// Where Network::open_source finds what a person calls an image: text with a scheme as it is, a
// reference of the store
// ("cooper-store:..."), else the full reference of a registry. Throws base::Error(usage).
[[nodiscard]] std::string image_location(const std::string& text, const store::Store& store);

}  // namespace cooper::cli
