// The subcommands. Each adds itself to the command line; its callback does the work and sets the exit code.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/globals.h"

namespace cooper::cli {

void add_build_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_bake_command(CLI::App& app, const Globals& globals, int& exit_code);

}  // namespace cooper::cli
