// The file .env beside a compose file: NAME=value lines.
#pragma once

#include <map>
#include <string>

#include "builder/bake/bake_file.h"

namespace cooper::bake {

// Comments, "export", single and double quotes (with \n and the like) are done, and variables of
// the environment and of earlier lines, not inside single quotes. Throws base::Error with the spot.
[[nodiscard]] std::map<std::string, std::string> parse_dot_env(const BakeInput& file,
                                                               const Environment& environment);

}  // namespace cooper::bake
