// Path arithmetic on text, as Go's package path does it; nothing here looks at a file system.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cooper::base {

// Lexically shortest equal path: no "//", no ".", ".." resolved, no trailing "/"; "" gives ".".
[[nodiscard]] std::string clean_path(std::string_view path);

// `path` cleaned as if rooted at "/" and returned without the leading "/": never begins with "..".
// "" is the root.
[[nodiscard]] std::string clean_below_root(std::string_view path);

// base + "/" + path unless path is absolute (then path); cleaned.
[[nodiscard]] std::string join_path(std::string_view base, std::string_view path);

// "a/b/c" -> {"a","b","c"}; empty and "." components are dropped, ".." is kept.
[[nodiscard]] std::vector<std::string_view> split_path(std::string_view path);

// "a/b/c" -> "a/b"; "a" -> "".
[[nodiscard]] std::string_view parent_path(std::string_view clean);
// "a/b/c" -> "c".
[[nodiscard]] std::string_view base_name(std::string_view clean);

[[nodiscard]] inline bool is_absolute(std::string_view path) {
  return !path.empty() && path.front() == '/';
}

}  // namespace cooper::base
