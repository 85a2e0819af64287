// cooper push
#include <iostream>
#include <memory>

#include "base/error.h"
#include "builder/layer_secrets.h"
#include "cli/build_summary.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/image_access.h"
#include "cli/signals.h"
#include "cli/stored_image.h"
#include "oci/reference.h"

namespace cooper::cli {
namespace {

struct Arguments {
  std::string image, destination;
  bool quiet = false, allow_secrets = false;
};

void push_image(const Arguments& arguments, const Globals& globals) {
  Session session = Session::open(globals);
  const std::stop_token stop = globals.signals->token();
  const std::string reference = oci::to_string(oci::parse_reference(arguments.image));
  const std::string destination = arguments.destination.empty()
                                      ? reference
                                      : oci::to_string(oci::parse_reference(arguments.destination));
  if (!arguments.quiet) session.network.on_push = transfer_lines("pushed");
  const export_::Image image = load_stored_image(session.store, reference, {destination});
  if (!arguments.allow_secrets) check_stored_secrets(session.store, image);
  const export_::Destination where = export_::parse_destination("type=registry");
  const auto outcome = session.network.export_images({{&image, &where}}, session.store, stop).at(0);
  if (!arguments.quiet) {
    std::cerr << destination + ": pushed " + size_text(outcome.pushed_bytes) + ", reused " +
                     size_text(outcome.reused_bytes) + "\n";
  }
  std::cout << image.manifest.digest.to_string() << "\n" << std::flush;
}

}  // namespace

void add_push_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command = app.add_subcommand("push", "send an image of the store to a registry");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("image", arguments->image, "reference in the store")->required();
  command->add_option("destination", arguments->destination,
                      "reference in the registry (default: the same)");
  command->add_flag("-q,--quiet", arguments->quiet, "only the digest");
  command
      ->add_flag("--allow-secret-in-layer", arguments->allow_secrets,
                 "send it although a secret was found in one of its layers")
      ->disable_flag_override();
  command->footer(
      "Examples:\n"
      "  cooper push registry.example/team/site:app-v1\n"
      "  cooper push site:app registry.example/team/site:app-v1");
  command->callback([arguments, &globals, &exit_code] {
    push_image(*arguments, globals);
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
