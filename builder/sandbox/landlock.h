// Landlock: a second wall around a step whose root is only a chroot. Where the kernel has it, the
// step reaches no file outside its root even if it walks out, signals nothing but its own
// processes, and cannot trace or debug others.
#pragma once

namespace cooper::sandbox {

// For this thread and what it starts; needs no_new_privs. `root` is the step's root directory;
// -1: no file at all.
// False where the kernel has no Landlock, too old a one, or forbids it. Throws Error when it fails
// otherwise.
[[nodiscard]] bool restrict_to(int root);

// The version of the kernel's interface; 0: none.
[[nodiscard]] int landlock_version();

}  // namespace cooper::sandbox
