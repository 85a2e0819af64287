// RUN: command line, here-documents, environment and mounts (rows R1, R2, R8-R16, H6, H7, A5, A6).
#pragma once

#include <string>

#include "builder/plan/mount_plan.h"

namespace cooper::plan {

// Throws base::Error(usage), or (unsupported) for --device and for what the request does not allow.
[[nodiscard]] RunOp plan_run(const dockerfile::Run& run, const StageState& state,
                             const TargetRequest& request, const Expander& expander,
                             const FindInput& find_input);

// Row H6: true if the line is one here-document word and nothing else.
[[nodiscard]] bool is_lone_heredoc(const std::string& text);

}  // namespace cooper::plan
