// This process's terminal joined to a program in the sandbox, through a pseudo-terminal.
#pragma once

#include "builder/sandbox/sandbox.h"

namespace cooper::cli {

// Runs the program of `spec` with our terminal's keys and size until it ends. Standard input is a
// terminal; its mode is put back whatever happens. Throws base::Error.
[[nodiscard]] sandbox::ExitStatus run_in_terminal(sandbox::SandboxSpec spec,
                                                  const sandbox::Probe& probe);

}  // namespace cooper::cli
