// What differs between two image configurations, member by member: variables of the environment and
// labels by their names, history and DiffIDs left out.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::images {

struct MemberDifference {
  std::string member;                 // "config.Env.PATH", "architecture"
  std::optional<std::string> before;  // JSON text; nullopt: the member is absent
  std::optional<std::string> after;
};

// Of members by name, each with its JSON text; in the order of names.
[[nodiscard]] std::vector<MemberDifference> compare_members(
    const std::map<std::string, std::string>& before,
    const std::map<std::string, std::string>& after);

// In the order of members. `times`: "created" counts too. Throws base::Error(corrupt) for what is
// no JSON object.
[[nodiscard]] std::vector<MemberDifference> compare_configs(std::string_view before,
                                                            std::string_view after, bool times);

}  // namespace cooper::images
