// JSON text for people.
#pragma once

#include <string>

namespace cooper::cli {

// Indented, members sorted; ends with a newline. Throws base::Error(corrupt).
[[nodiscard]] std::string pretty_json(const std::string& text);

}  // namespace cooper::cli
