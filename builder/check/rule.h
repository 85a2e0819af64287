// The checks and what they are called: BuildKit's 22 under its names, then those of cooper's own
// (docs/checks has a page for each of these).
#pragma once

#include <string_view>
#include <vector>

namespace cooper::check {

struct Rule {
  std::string_view name;
  std::string_view description;
  std::string_view url;       // "" when there is no page
  bool experimental = false;  // only when "experimental=" asks for it
};

[[nodiscard]] const std::vector<Rule>& rules();
// nullptr for a name that is no rule.
[[nodiscard]] const Rule* find_rule(std::string_view name);

}  // namespace cooper::check
