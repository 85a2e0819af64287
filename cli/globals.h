// Options every subcommand has, and what they are handed.
#pragma once

#include <string>
#include <vector>

namespace cooper::cli {

class Signals;

struct Globals {
  std::string root;                                   // the store's directory
  std::string progress = "auto";                      // auto, tty, plain, quiet, json
  std::string isolation = "auto";                     // auto, userns, root, single, chroot
  std::string snapshots = "auto";                     // auto, overlay, directory
  std::vector<std::string> insecure_registries = {};  // host[:port]
  std::vector<std::string> auth_realms = {};          // HOST=ORIGIN
  const Signals* signals = nullptr;
};

// $COOPER_ROOT, else $XDG_DATA_HOME/cooper, else ~/.local/share/cooper.
[[nodiscard]] std::string default_root();

}  // namespace cooper::cli
