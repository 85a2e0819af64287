// The user's configuration file: $XDG_CONFIG_HOME/cooper/config.json, else
// ~/.config/cooper/config.json; COOPER_CONFIG names another. Its form is in docs/cache.md.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "builder/upkeep/limits.h"

namespace cooper::cli {

// What flags say about the limits; empty: as the configuration has it.
struct LimitOptions {
  std::string max_size, min_free;
  int keep_days = -1;
};
void add_limit_options(CLI::App& command, LimitOptions& options);

// "" when there is no home directory.
[[nodiscard]] std::string configuration_path();
// The file's limits, or the defaults without a file, then the flags. Throws base::Error(usage).
[[nodiscard]] upkeep::Limits read_limits(const LimitOptions& options);

// Sets the limits of base/limits.h: the file's, then those of --limit ("NAME=NUMBER"; sizes may
// have a unit). Throws base::Error(usage).
void apply_limits(const std::vector<std::string>& options);

}  // namespace cooper::cli
