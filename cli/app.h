// The whole command line.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/globals.h"

namespace cooper::cli {

// Parsing it does what was asked and sets `exit_code`; errors are thrown. `globals` and `exit_code`
// outlive the result.
[[nodiscard]] std::unique_ptr<CLI::App> make_app(Globals& globals, int& exit_code);

}  // namespace cooper::cli
