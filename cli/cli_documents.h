// Documents made from the command line's own description, so that they cannot disagree with it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace cooper::cli {

[[nodiscard]] std::string man_page(const CLI::App& app);  // cooper.1
[[nodiscard]] std::string bash_completion(const CLI::App& app);
[[nodiscard]] std::string zsh_completion(const CLI::App& app);
[[nodiscard]] std::string fish_completion(const CLI::App& app);

// The subcommands people see, in order.
[[nodiscard]] std::vector<const CLI::App*> visible_commands(const CLI::App& app);
// Its options, without those that are only there to be refused.
[[nodiscard]] std::vector<const CLI::Option*> visible_options(const CLI::App& app);
// "-t", "--tag" of an option; empty for a positional.
[[nodiscard]] std::vector<std::string> flags_of(const CLI::Option& option);
[[nodiscard]] bool takes_value(const CLI::Option& option);

}  // namespace cooper::cli
