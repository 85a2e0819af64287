// Paths of build contexts as --print shows them.
#pragma once

#include <string>

namespace cooper::bake {

// "./dir/../x" -> "x"; URLs and other forms with a colon before the first slash stay as they are.
[[nodiscard]] std::string clean_path(const std::string& path);

// The same for a context of a target; "cwd://dir" is dir.
[[nodiscard]] std::string local_path(const std::string& context);

}  // namespace cooper::bake
