// cooper cache
#include "cli/cache_commands.h"
#include "cli/commands.h"

namespace cooper::cli {

void add_cache_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command = app.add_subcommand("cache", "what earlier builds left for later ones");
  command->require_subcommand(1);
  add_cache_why(*command, globals, exit_code);
  add_cache_views(*command, globals, exit_code);
  add_cache_show(*command, globals, exit_code);
  add_cache_upkeep(*command, globals, exit_code);
  command->footer(
      "Examples:\n"
      "  cooper cache why\n"
      "  cooper cache ls\n"
      "  cooper cache du --json");
}

}  // namespace cooper::cli
