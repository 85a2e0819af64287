// Process 1 of a container: makes its file system, starts the step's process, reaps, and ends
// everything when the step's process ends. It holds no thread, no environment and nothing of the
// builder's memory.
#pragma once

#include "base/fd.h"

namespace cooper::sandbox {

// `control` speaks child_messages; when it closes, the container dies. Never returns.
[[noreturn]] void run_container_init(base::Fd control, base::Fd output, base::Fd errors);

}  // namespace cooper::sandbox
