// Options of `docker buildx build` and `docker buildx bake` that cooper has no use for: given, they
// are refused by name, with what to do instead. They are in no help text.
#pragma once

#include <CLI/CLI.hpp>

namespace cooper::cli {

// Call it after all other options are added: one that the command has is left alone.
void add_refused_options(CLI::App& command);

}  // namespace cooper::cli
