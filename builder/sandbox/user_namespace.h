// Which ids an ordinary user may map into a user namespace. Pure; internal to this module.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::sandbox {

struct IdRange {
  std::uint32_t first = 0, count = 0;
};

// The ranges of a user, by name or number, in the text of /etc/subuid or /etc/subgid; lines that
// make no sense are left out.
[[nodiscard]] std::vector<IdRange> sub_ids(std::string_view text, std::string_view name,
                                           std::uint32_t uid);

// Arguments of newuidmap or newgidmap after the pid: the user's own id becomes 0, the ranges follow
// from 1.
[[nodiscard]] std::vector<std::string> map_arguments(std::uint32_t own,
                                                     const std::vector<IdRange>& ranges);

}  // namespace cooper::sandbox
