// "Did you mean ...?": the known name nearest to a mistyped one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::base {

// The candidate with the smallest edit distance (letter case ignored, a swap of neighbours counts
// one), if it is near enough to be meant: at most a third of the word's length, at least 1, at
// most 3. Words over 100 bytes have none.
[[nodiscard]] std::optional<std::string> nearest_name(std::string_view word,
                                                      const std::vector<std::string>& candidates);

// "did you mean 'NAME'?" for Error::with_hint, or "".
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string>& candidates);

}  // namespace cooper::base
