// What "# check=..." selects (row P14): at the top of a Dockerfile, in the build argument
// BUILDKIT_DOCKERFILE_CHECK, or in a comment right above one instruction.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::check {

struct CheckOptions {
  std::set<std::string, std::less<>> skip, experimental;  // names of rules
  bool skip_all = false, experimental_all = false;
  bool error = false;  // a warning fails the build

  [[nodiscard]] bool wants(std::string_view rule) const;
};

// "skip=A,B|all;error=true;experimental=A|all", in any order; text after "//" is a remark. Names
// that are no rules are taken: another version may know them. Throws base::Error(usage) without a
// spot.
[[nodiscard]] CheckOptions parse_check_options(std::string_view text);

// True if the comment is "check=...", which is no description of anything.
[[nodiscard]] bool is_check_comment(std::string_view comment);

// The options for the instruction below `comments`: its own "check=" lines are added to `options`.
// One that cannot be read counts as text.
[[nodiscard]] CheckOptions with_comments(CheckOptions options,
                                         const std::vector<std::string>& comments);

}  // namespace cooper::check
