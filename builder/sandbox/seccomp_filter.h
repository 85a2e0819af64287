// The system call filter of a step: Docker's default profile.
//
// What it does: everything not listed fails with EPERM; clone3 with ENOSYS (so that C libraries
// fall back to clone, whose flags can be checked); system calls newer than the list with ENOSYS.
// New namespaces, AF_ALG and AF_VSOCK sockets, odd personalities, and typing into a terminal
// (TIOCSTI, TIOCLINUX) are refused.
#pragma once

#include <linux/filter.h>

#include <vector>

namespace cooper::sandbox {

// Made once per process (it costs milliseconds). Throws Error.
[[nodiscard]] const std::vector<sock_filter>& seccomp_program();

// Installs it in this thread; needs CAP_SYS_ADMIN in its user namespace. Throws Error.
void install_seccomp_filter();

}  // namespace cooper::sandbox
