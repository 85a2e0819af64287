// Landlock: a second wall around a step whose root is only a chroot. Where the kernel has it, the
// step reaches no file outside its root even if it walks out, signals nothing but its own
// processes, and cannot trace or debug others. And what namespaces leave open when a step has the
// machine's network.
#pragma once

namespace cooper::sandbox {

// For this thread and what it starts; needs no_new_privs. `root` is the step's root directory;
// -1: no file at all.
// False where the kernel has no Landlock, too old a one, or forbids it. Throws Error when it fails
// otherwise.
[[nodiscard]] bool restrict_to(int root);

// For this thread and what it starts: no connection to abstract sockets (those without a file,
// which all processes of a network share) but those that these processes made. Needs no_new_privs
// or CAP_SYS_ADMIN. False where the kernel cannot do it (Landlock 6).
[[nodiscard]] bool keep_to_own_sockets();

// The version of the kernel's interface; 0: none.
[[nodiscard]] int landlock_version();

}  // namespace cooper::sandbox
