// The name of a repository on the command line: a reference without tag or digest.
#pragma once

#include <string>

#include "oci/reference.h"

namespace cooper::cli {

// The result's tag is empty. Throws base::Error(usage).
[[nodiscard]] oci::Reference parse_repository(const std::string& text);

}  // namespace cooper::cli
