// The limits of setrlimit(2) by the names Docker's --ulimit has for them.
#pragma once

#include <string>
#include <vector>

#include "builder/sandbox/sandbox_spec.h"

namespace cooper::sandbox {

// "core", "cpu", ... sorted.
[[nodiscard]] const std::vector<std::string>& rlimit_names();

// For this process and its children. Throws Error: an unknown name, or what the kernel refuses
// (only root raises a hard limit).
void set_rlimit(const Rlimit& limit);

}  // namespace cooper::sandbox
