// cooper diff
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/difference_text.h"
#include "cli/exit_code.h"
#include "cli/image_access.h"
#include "cli/looking.h"
#include "cli/signals.h"
#include "images/config_difference.h"
#include "images/tree_difference.h"

namespace cooper::cli {
namespace {

struct Arguments {
  std::string before, after, platform;
  bool json = false, times = false;
};

struct Opened {
  source::ResolvedImage image;
  layer::LayerStack tree;
};

Opened open_image(Session& session, const std::string& text, const Arguments& arguments,
                  const std::stop_token& stop) {
  const std::string location = image_location(text, session.store);
  Opened opened{resolve_image(session, location, arguments.platform, stop), {}};
  engine::LayerPool pool(session.store, transfer_lines("fetched"));
  add_layers(pool, opened.image);
  opened.tree = pool.stack(opened.image.config.diff_ids, stop);
  return opened;
}

bool compare(const Arguments& arguments, const Globals& globals) {
  Session session = Session::open(globals);
  const std::stop_token stop = globals.signals->token();
  const Opened before = open_image(session, arguments.before, arguments, stop);
  const Opened after = open_image(session, arguments.after, arguments, stop);
  const auto config =
      images::compare_configs(before.image.config_bytes, after.image.config_bytes, arguments.times);
  const auto paths = images::compare_trees(before.tree, after.tree, {arguments.times});
  if (arguments.json) {
    std::cout << difference_json(config, paths);
  } else {
    std::cout << members_text(config) << paths_text(paths);
  }
  std::cout << std::flush;
  return config.empty() && paths.empty();
}

}  // namespace

void add_diff_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("diff", "compare the configurations and file trees of two images");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("before", arguments->before, "image")->required();
  command->add_option("after", arguments->after, "image")->required();
  command->add_option("--platform", arguments->platform,
                      "os/architecture (default: this machine's)");
  command->add_flag("--times", arguments->times, "times of files and of the image count too");
  command->add_flag("--json", arguments->json, "print the differences as JSON");
  command->footer(
      "'-' is in the first image only, '+' in the second, '~' in both but different. How the "
      "files\n"
      "are cut into layers does not matter. The exit code is 1 if there is a difference.\n\n"
      "Examples:\n"
      "  cooper diff registry.example/team/site:app-v1 registry.example/team/site:app-v2\n"
      "  cooper diff --times site:app oci-layout://exported:app");
  command->callback([arguments, &globals, &exit_code] {
    exit_code = compare(*arguments, globals) ? kSuccess : kFailure;
  });
}

}  // namespace cooper::cli
