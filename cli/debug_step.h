// A failed RUN step opened again: its root file system, environment, user, directory and mounts,
// with a shell.
#pragma once

#include <map>
#include <stop_token>
#include <string>

#include "builder/engine/kept_step.h"
#include "builder/sandbox/sandbox.h"
#include "builder/store/store.h"

namespace cooper::cli {

struct DebugRequest {
  std::string command;  // for the step's shell; empty: the shell itself, in this process's terminal
  std::map<std::string, std::string> secrets;  // id -> value; those of the step that are here
};

// What was kept under `id` is used in place: changes stay. Says on stderr what is missing. Throws
// base::Error.
[[nodiscard]] sandbox::ExitStatus debug_step(store::Store& store, const sandbox::Probe& probe,
                                             const std::string& id, const DebugRequest& request,
                                             std::stop_token stop);

}  // namespace cooper::cli
