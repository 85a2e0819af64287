// What a child of the launcher can do other than be a container, by name: a function that talks
// over `control` and never returns.
#pragma once

#include <span>

#include "base/fd.h"

namespace cooper::sandbox {

struct ChildTask {
  const char* name;
  void (*run)(base::Fd control);
};

// main() calls this first: if this process was re-executed as a child it never returns.
void run_child_if_asked(int argc, char** argv, std::span<const ChildTask> tasks);

}  // namespace cooper::sandbox
