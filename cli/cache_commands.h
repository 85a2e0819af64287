// The subcommands of `cooper cache`; as commands.h.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "builder/upkeep/entry.h"
#include "cli/globals.h"

namespace cooper::cli {

void add_cache_why(CLI::App& cache, const Globals& globals, int& exit_code);
void add_cache_views(CLI::App& cache, const Globals& globals, int& exit_code);  // ls, du, tree
void add_cache_show(CLI::App& cache, const Globals& globals, int& exit_code);
void add_cache_upkeep(CLI::App& cache, const Globals& globals, int& exit_code);  // prune, fsck

// "layer", "mount", ... Throws base::Error(usage).
[[nodiscard]] upkeep::EntryKind entry_kind(const std::string& word);

}  // namespace cooper::cli
