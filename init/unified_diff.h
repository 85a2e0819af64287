// The difference of two texts as `diff -u` shows it.
#pragma once

#include <string>
#include <string_view>

namespace cooper::init {

// Lines beyond this in either text: the diff says only that they differ.
inline constexpr std::size_t kMaxDiffLines = 4000;

// "" if they are equal. `path` is named on both sides; '-' is the old text, '+' the new one; three
// lines of context.
[[nodiscard]] std::string unified_diff(const std::string& path, std::string_view old_text,
                                       std::string_view new_text);

}  // namespace cooper::init
