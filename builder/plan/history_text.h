// The created_by texts of history entries, as readers of images know them from BuildKit (row M14).
#pragma once

#include <string>
#include <vector>

#include "builder/plan/stage_state.h"

namespace cooper::plan {

// A list as Go prints it: [a b], quoted: ["a" "b"].
[[nodiscard]] std::string list_text(const std::vector<std::string>& words);
[[nodiscard]] std::string quoted_list_text(const std::vector<std::string>& words);
// A time span as Go prints it: 1m30s, 500ms, 0s.
[[nodiscard]] std::string duration_text(std::int64_t nanoseconds);

// "RUN |2 A=1 B= /bin/sh -c make # buildkit".
[[nodiscard]] std::string run_text(const std::vector<std::string>& argv, const StageState& state);
// "COPY --chown=1:1 a <<b /dst # buildkit"; `destination` as written, expanded.
[[nodiscard]] std::string copy_text(const CopyOp& op, const std::string& destination);
// "HEALTHCHECK {Test:[CMD true] Interval:30s ...}".
[[nodiscard]] std::string healthcheck_text(const oci::Healthcheck& check);

}  // namespace cooper::plan
