// Differences of images for people, a line each: "- member = old", "+ member = new", "~ /path: mode
// 0644 -> 0755".
#pragma once

#include <string>
#include <vector>

#include "images/config_difference.h"
#include "images/tree_difference.h"

namespace cooper::cli {

[[nodiscard]] std::string members_text(const std::vector<images::MemberDifference>& members);
[[nodiscard]] std::string paths_text(const std::vector<images::PathDifference>& paths);

}  // namespace cooper::cli
