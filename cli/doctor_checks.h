// What `cooper doctor` finds out about this machine. Each check tries the thing itself where that
// is possible, and names the command that would mend it.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "cli/globals.h"

namespace cooper::cli {

enum class Health {
  ok,
  missing,   // something asked for, or needed by every build, does not work
  optional,  // not there; only some builds would want it
};

struct Finding {
  std::string name;
  Health health = Health::ok;
  std::string what;  // one line
  std::string cure;  // a command, or what to do; empty when all is well
};

// The kernel, the modes of isolation, snapshots, sub-ids, disk, emulators, certificates, git.
[[nodiscard]] std::vector<Finding> check_machine(const Globals& globals);

// HOST: reachable, and its credentials accepted. HOST/REPOSITORY: a push there would be, too.
[[nodiscard]] Finding check_registry(const Globals& globals, const std::string& name,
                                     std::stop_token stop);

// The body of `cooper --isolation MODE doctor --probe`, by which the modes are tried: one line
// "<mode> <overlay|directory> <reason>".
[[nodiscard]] std::string probe_line(const Globals& globals);

}  // namespace cooper::cli
