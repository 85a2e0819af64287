#include "cli/app.h"

#include "cli/build_options.h"
#include "cli/commands.h"
#include "cli/configuration.h"

namespace cooper::cli {

std::unique_ptr<CLI::App> make_app(Globals& globals, int& exit_code) {
  auto app =
      std::make_unique<CLI::App>("cooper builds container images without a daemon.", "cooper");
  app->set_version_flag("--version", "cooper " COOPER_VERSION);
  app->require_subcommand(1);
  app->fallthrough();
  app->option_defaults()->always_capture_default(false);
  globals.root = default_root();
  app->add_option("--root", globals.root,
                  "directory of the store (default: $COOPER_ROOT or ~/.local/share/cooper)");
  app->add_option("--isolation", globals.isolation,
                  "how RUN steps are isolated: auto, userns, root, single or chroot")
      ->check(CLI::IsMember({"auto", "userns", "rootless", "root", "single", "chroot"}))
      ->envname("COOPER_ISOLATION");
  app->add_option("--snapshots", globals.snapshots,
                  "how layers lie on the disk for RUN steps: auto, overlay or directory")
      ->check(CLI::IsMember({"auto", "overlay", "directory"}))
      ->envname("COOPER_SNAPSHOTS");
  add_list(*app, "--insecure-registry", globals.insecure_registries,
           "a registry (host[:port]) that may have any certificate, or none");
  add_list(*app, "--auth-realm", globals.auth_realms,
           "HOST=ORIGIN: the token server that gets the credentials of a registry");
  const auto limits = std::make_shared<std::vector<std::string>>();
  add_list(*app, "--limit", *limits,
           "NAME=NUMBER: how large something from outside may be; docs/security.md has the names");
  app->parse_complete_callback([limits] { apply_limits(*limits); });
  add_build_command(*app, globals, exit_code);
  add_bake_command(*app, globals, exit_code);
  add_check_command(*app, globals, exit_code);
  add_smoke_command(*app, globals, exit_code);
  add_logs_command(*app, globals, exit_code);
  add_debug_command(*app, globals, exit_code);
  add_init_command(*app, globals, exit_code);
  add_pull_command(*app, globals, exit_code);
  add_push_command(*app, globals, exit_code);
  add_release_command(*app, globals, exit_code);
  add_prune_command(*app, globals, exit_code);
  add_copy_command(*app, globals, exit_code);
  add_ls_command(*app, globals, exit_code);
  add_inspect_command(*app, globals, exit_code);
  add_manifest_command(*app, globals, exit_code);
  add_diff_command(*app, globals, exit_code);
  add_validate_command(*app, globals, exit_code);
  add_verify_command(*app, globals, exit_code);
  add_images_command(*app, globals, exit_code);
  add_untag_command(*app, globals, exit_code);
  add_tree_command(*app, globals, exit_code);
  add_cache_command(*app, globals, exit_code);
  add_fsck_command(*app, globals, exit_code);
  add_doctor_command(*app, globals, exit_code);
  add_login_command(*app, globals, exit_code);
  add_logout_command(*app, globals, exit_code);
  add_version_command(*app, globals, exit_code);
  add_generate_command(*app, globals, exit_code);
  app->footer(
      "Exit codes: 0 done, 1 a step or check failed, 2 wrong use, 3 a release half done, 4 "
      "a limit reached, 75 network trouble, 130 interrupted.\n"
      "Every command explains itself: cooper COMMAND --help");
  return app;
}

}  // namespace cooper::cli
