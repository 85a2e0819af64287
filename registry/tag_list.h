// Pages of /tags/list.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::registry {

// The "tags" of one page (absent or null: none). Throws base::Error(network).
[[nodiscard]] std::vector<std::string> parse_tag_page(std::string_view json,
                                                      const std::string& repository);

// The target of a Link field with rel="next".
[[nodiscard]] std::optional<std::string> next_link(std::string_view link);

}  // namespace cooper::registry
