// A base::Error as a person reads it.
#pragma once

#include <string>

#include "base/error.h"

namespace cooper::cli {

// "error: ...", then file:line with the line and a caret when the error has a place, then "hint:
// ...". Ends with a newline.
[[nodiscard]] std::string error_text(const base::Error& error);

}  // namespace cooper::cli
