// The answers of --call for people, and as buildx prints them for programs.
#pragma once

#include <string>
#include <vector>

#include "cli/call.h"

namespace cooper::cli {

// Warnings by line, each with its lines of the Dockerfile.
[[nodiscard]] std::string check_text(const CalledTarget& target);
[[nodiscard]] std::string outline_text(const plan::Outline& outline);
[[nodiscard]] std::string targets_text(const std::vector<CalledStage>& stages);

// The document of one target: BuildKit's results of frontend.lint, frontend.outline and
// frontend.targets, without their LLB definitions.
[[nodiscard]] std::string call_json(Call::Method method, const CalledTarget& target);
// The documents of several below target.NAME.METHOD, beside what `bake --print` says of them.
[[nodiscard]] std::string bake_call_json(Call::Method method,
                                         const std::vector<CalledTarget>& targets,
                                         const std::string& print_json);

}  // namespace cooper::cli
