// The bake files of a command line, read and resolved.
#pragma once

#include <string>
#include <vector>

#include "builder/bake/bake_file.h"

namespace cooper::cli {

// The names of the files buildx looks for that are in this directory: those of BUILDX_BAKE_FILE, or
// compose files, docker-bake.json, docker-bake.hcl and their overrides. Throws base::Error if one
// that BUILDX_BAKE_FILE names is absent.
[[nodiscard]] std::vector<std::string> default_bake_files();

// `names` in order ("-" is stdin); none: the default ones, and not_found without them. `sets` are
// texts of --set, `variables` NAME=value texts of --var. Other variables come from the environment.
// Throws base::Error.
[[nodiscard]] bake::BakeFile read_bake_files(std::vector<std::string> names,
                                             const std::vector<std::string>& sets,
                                             const std::vector<std::string>& variables);

}  // namespace cooper::cli
