// The subcommands. Each adds itself to the command line; its callback does the work and sets the
// exit code.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/globals.h"

namespace cooper::cli {

void add_build_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_bake_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_check_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_smoke_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_logs_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_debug_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_init_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_pull_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_push_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_release_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_prune_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_ls_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_inspect_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_manifest_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_copy_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_diff_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_validate_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_verify_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_images_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_untag_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_tree_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_cache_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_fsck_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_doctor_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_login_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_logout_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_version_command(CLI::App& app, const Globals& globals, int& exit_code);
void add_generate_command(CLI::App& app, const Globals& globals, int& exit_code);

}  // namespace cooper::cli
