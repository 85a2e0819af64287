// cooper tree
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/image_access.h"
#include "cli/looking.h"
#include "cli/pretty_json.h"
#include "cli/signals.h"
#include "cli/tree_text.h"

namespace cooper::cli {
namespace {

struct Arguments {
  std::string image, platform;
  bool times = false, json = false;
};

void print_tree(const Arguments& arguments, const Globals& globals) {
  Session session = Session::open(globals);
  const std::stop_token stop = globals.signals->token();
  const std::string location = image_location(arguments.image, session.store);
  const source::ResolvedImage image = resolve_image(session, location, arguments.platform, stop);
  engine::LayerPool pool(session.store, transfer_lines("fetched"));
  add_layers(pool, image);
  const layer::LayerStack stack = pool.stack(image.config.diff_ids, stop);
  if (arguments.json) {
    std::cout << tree_json(image.manifest.digest, stack, image.config_bytes) << std::flush;
    return;
  }
  std::cout << tree_text(stack, arguments.times) << "\n"
            << pretty_json(image.config_bytes) << std::flush;
}

}  // namespace

void add_tree_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("tree", "print every path of an image, then its configuration");
  const auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("image", arguments->image,
                   "reference, docker://, oci-layout:// (or oci:), oci-archive:, docker-archive:")
      ->required();
  command->add_option("--platform", arguments->platform,
                      "os/architecture (default: this machine's)");
  command->add_flag("--times", arguments->times, "times of last change too, mtime=SECONDS");
  command->add_flag("--json", arguments->json,
                    "an object with digest, paths (of times too) and config");
  command->footer(
      "A line has path, type, mode, owner, size, then link=, device=, xattr.NAME= (hexadecimal) "
      "and the content's\n"
      "digest, as they apply. The text depends on the image alone, so two of them can be "
      "compared.\n\n"
      "Examples:\n"
      "  cooper tree site:app\n"
      "  diff <(cooper tree site:app-v1) <(cooper tree registry.example/team/site:app-v2)");
  command->callback([arguments, &globals, &exit_code] {
    print_tree(*arguments, globals);
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
