// Exit codes of cooper, documented in docs/cli.md.
#pragma once

#include "base/error.h"

namespace cooper::cli {

enum ExitCode : int {
  kSuccess = 0,
  kFailure = 1,        // the build, a step, a check or a transfer failed
  kUsage = 2,          // wrong arguments or a wrong input file
  kPartial = 3,        // a release stopped half way and could not be undone; what is where was told
  kLimit = 4,          // an input is larger than a limit allows (docs/security.md)
  kTemporary = 75,     // a network failure that may pass (sysexits' EX_TEMPFAIL)
  kInterrupted = 130,  // SIGINT; 143 for SIGTERM, 129 for SIGHUP
};

[[nodiscard]] int exit_code_of(const base::Error& error);

// Thrown in the place of an error that was told already: the command ends, nothing more is printed.
struct ErrorWasTold {
  int exit_code = kFailure;
};

}  // namespace cooper::cli
