// Which ids may be mapped into a user namespace, and which are. Internal to this module.
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

// The ids this process's user namespace has.
enum class MappedIds { all, many, one };
[[nodiscard]] MappedIds parse_id_map(std::string_view text);
[[nodiscard]] MappedIds mapped_ids();

}  // namespace cooper::sandbox
