// RUN --mount: options expanded, defaults filled in (rows
// R8-R13).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "builder/plan/expander.h"

namespace cooper::plan {

// The input `from` names; "" is the main build context.
using FindInput = std::function<Input(const std::string& from)>;

struct MountInputs {
  const Expander& expander;
  const FindInput& find_input;
  std::string workdir;                // absolute
  std::string cache_mount_namespace;  // may be empty
};

struct PlannedMounts {
  std::vector<MountOp> mounts;
  std::string agent_socket;  // the target of the first ssh mount as written; "": there is none
};

// In mount order: by target, so that a directory is mounted before what lies below it.
// Throws base::Error(usage).
[[nodiscard]] PlannedMounts plan_mounts(const std::vector<dockerfile::Mount>& mounts,
                                        const MountInputs& inputs);

}  // namespace cooper::plan
