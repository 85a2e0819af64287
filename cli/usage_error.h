// A command line that cannot be understood, as a person reads it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace cooper::cli {

// "error: ...", and a hint: the nearest option or command there is, else where help is. Ends with a
// newline.
[[nodiscard]] std::string usage_error_text(const CLI::App& app, const CLI::ParseError& error);

}  // namespace cooper::cli
