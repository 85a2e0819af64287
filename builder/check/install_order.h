// InstallAfterSource: a package manager that runs after the source was copied runs again with
// every change of the source.
#pragma once

#include <set>
#include <string>

#include "builder/check/reporter.h"

namespace cooper::check {

// What a stage did so far; a stage FROM another begins with a copy of that one's.
struct InstallState {
  std::set<std::string> installed;  // package managers that ran before the source came
  int source_line = 0;              // of the COPY of the whole context; 0: not yet
};

void note_source_copy(InstallState& state, const dockerfile::Instruction& instruction);
// RUN.
void check_install(InstallState& state, const dockerfile::Instruction& instruction,
                   const Reporter& reporter);

}  // namespace cooper::check
