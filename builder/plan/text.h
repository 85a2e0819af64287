// Small text rules several files of the planner share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::plan {

[[nodiscard]] std::string lower_case(std::string_view text);  // ASCII
[[nodiscard]] std::string upper_case(std::string_view text);  // ASCII
[[nodiscard]] std::string join(const std::vector<std::string>& words, std::string_view separator);
// Digits of `base` (8 or 10) only, no sign; nullopt beyond `max` and for anything else.
[[nodiscard]] std::optional<std::uint64_t> parse_unsigned(std::string_view text, unsigned base,
                                                          std::uint64_t max);

}  // namespace cooper::plan
