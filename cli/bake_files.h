// The bake files of a command line, read and resolved.
#pragma once

#include <string>
#include <vector>

#include "builder/bake/bake_file.h"

namespace cooper::cli {

// The names of docker-bake.json and its override that are in this directory.
[[nodiscard]] std::vector<std::string> default_bake_files();

// `names` in order ("-" is stdin); none: the default ones, and not_found without them. `sets` are
// texts of --set. Variables come from the environment. Throws base::Error.
[[nodiscard]] bake::BakeFile read_bake_files(std::vector<std::string> names,
                                             const std::vector<std::string>& sets);

}  // namespace cooper::cli
