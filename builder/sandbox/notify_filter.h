// The system calls of a step that ProcServer is asked about: those that name a file by path and
// may mean one in /proc, and uname.
#pragma once

#include "base/fd.h"

namespace cooper::sandbox {

// Installs it in this thread, which must have no_new_privs; the descriptor is for ProcServer. A
// call is answered only after it was received there. Throws Error.
[[nodiscard]] base::Fd install_notify_filter();

}  // namespace cooper::sandbox
