// What this program was built from and how. The source is written by cmake/WriteBuildFacts.cmake at
// each build.
#pragma once

#include <string_view>

namespace cooper::cli {

// Abbreviated, "+changes" behind it if the work tree had some; "unknown" without a git history.
[[nodiscard]] std::string_view build_commit();
// The configuration and the options that were on: "Release hardening".
[[nodiscard]] std::string_view build_options();

}  // namespace cooper::cli
