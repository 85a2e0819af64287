// cooper inspect, cooper manifest, cooper validate, cooper copy
#include <iostream>
#include <memory>

#include "base/error.h"
#include "builder/layer_secrets.h"
#include "cli/build_summary.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/image_access.h"
#include "cli/looking.h"
#include "cli/session.h"
#include "cli/signals.h"
#include "images/copy_image.h"
#include "images/document_source.h"
#include "images/validate.h"
#include "oci/manifest.h"

namespace cooper::cli {
namespace {

struct Arguments {
  std::string image, destination, platform;
  bool json = false, config = false, quiet = false, allow_secrets = false;
};

constexpr const char* kImage =
    "reference (the store's goes before the registry's), docker://, oci-layout:// (or oci:), "
    "oci-archive:, docker-archive:";

// The image, or with --platform the one of that platform in an index.
images::Document top_of(images::DocumentSource& source, const Arguments& arguments,
                        const std::stop_token& stop) {
  images::Document top = source.top(stop);
  if (arguments.platform.empty()) return top;
  const auto document = oci::parse_manifest_or_index(top.bytes, top.descriptor.media_type);
  const auto* index = std::get_if<oci::Index>(&document);
  if (index == nullptr) return top;
  const oci::Platform wanted = oci::parse_platform(arguments.platform, host_platform());
  const oci::Descriptor* const entry = oci::find_platform(*index, wanted);
  if (entry == nullptr) {
    throw base::Error(base::ErrorKind::not_found, "read", arguments.image,
                      "the index has no image for " + oci::to_string(wanted));
  }
  return {*entry, source.read(*entry, stop)};
}

std::string config_of(images::DocumentSource& source, const images::Document& top,
                      const std::stop_token& stop) {
  const auto document = oci::parse_manifest_or_index(top.bytes, top.descriptor.media_type);
  const auto* manifest = std::get_if<oci::Manifest>(&document);
  return manifest == nullptr ? std::string() : source.read(manifest->config, stop);
}

void inspect(const Arguments& arguments, const Globals& globals) {
  Session session = Session::open(globals);
  const std::stop_token stop = globals.signals->token();
  const auto source = images::open_documents(image_location(arguments.image, session.store),
                                             session.network.client(), session.store);
  const images::Document top = top_of(*source, arguments, stop);
  const std::string config = config_of(*source, top, stop);
  if (!arguments.config) {
    std::cout << inspect_json(arguments.image, top, config) << std::flush;
    return;
  }
  if (config.empty()) {
    throw base::Error(base::ErrorKind::usage, "inspect", arguments.image,
                      "an index has no configuration")
        .with_hint("choose one of its images with --platform");
  }
  std::cout << config << std::flush;
}

void print_manifest(const Arguments& arguments, const Globals& globals) {
  Session session = Session::open(globals);
  const auto source = images::open_documents(image_location(arguments.image, session.store),
                                             session.network.client(), session.store);
  const images::Document top = top_of(*source, arguments, globals.signals->token());
  std::cout << (arguments.json ? manifest_json(top) : top.bytes) << std::flush;
}

bool validate_image(const Arguments& arguments, const Globals& globals) {
  Session session = Session::open(globals);
  const auto source = images::open_documents(image_location(arguments.image, session.store),
                                             session.network.client(), session.store);
  const images::Validation found =
      images::validate(*source, session.store, globals.signals->token());
  if (arguments.json) {
    std::cout << validation_json(found) << std::flush;
    return found.disagreements.empty();
  }
  for (const images::Disagreement& one : found.disagreements)
    std::cout << base::printable(one.thing) << ": " << base::printable(one.cause) << "\n";
  std::cout << (found.disagreements.empty() ? "valid: " : "NOT VALID: ") << found.documents
            << " documents, " << found.layers << " layers, " << size_text(found.bytes) << "\n"
            << std::flush;
  return found.disagreements.empty();
}

// Known secrets are not published; into a file of this machine they may go, with a word.
void check_secrets(const store::Store& store, const std::string& image,
                   const std::vector<oci::DiffId>& layers, bool published) {
  try {
    check_stored_secrets(store, image, layers);
  } catch (const base::Error& error) {
    if (published) throw;
    std::cerr << "warning: " + base::printable(image) + ": " + base::printable(error.cause()) +
                     "\n";
  }
}

void copy(const Arguments& arguments, const Globals& globals) {
  Session session = Session::open(globals);
  const auto source =
      images::open_documents(arguments.image, session.network.client(), session.store);
  images::CopyOptions options;
  if (!arguments.platform.empty())
    options.platform = oci::parse_platform(arguments.platform, host_platform());
  if (!arguments.quiet) {
    session.network.on_push = transfer_lines("copied");
    options.progress = session.network.push_progress(arguments.destination);
  }
  if (!arguments.allow_secrets) {
    options.check_layers = [&](const std::vector<oci::DiffId>& layers, bool to_registry) {
      check_secrets(session.store, arguments.image, layers, to_registry);
    };
  }
  const images::CopyReport report =
      images::copy_image(*source, arguments.destination, session.network.client(), session.store,
                         options, globals.signals->token());
  if (!arguments.quiet) {
    std::cerr << base::printable(arguments.destination) + ": copied " +
                     size_text(report.copied_bytes) + ", reused " + size_text(report.reused_bytes) +
                     "\n";
  }
  std::cout << (arguments.json ? copy_json(arguments.destination, report)
                               : report.top.digest.to_string() + "\n")
            << std::flush;
}

CLI::App* add_looking(CLI::App& app, const char* name, const char* description,
                      Arguments& arguments) {
  CLI::App* command = app.add_subcommand(name, description);
  command->add_option("image", arguments.image, kImage)->required();
  return command;
}

}  // namespace

void add_inspect_command(CLI::App& app, const Globals& globals, int& exit_code) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = add_looking(
      app, "inspect", "print what an image is, as JSON; nothing is fetched", *arguments);
  command->add_option("--platform", arguments->platform, "os/architecture, of an index");
  command->add_flag("--config", arguments->config, "print the configuration's bytes instead");
  command->add_flag("--json", arguments->json, "accepted: the result is JSON always");
  command->footer(
      "Examples:\n"
      "  cooper inspect registry.example/team/site:app-v1\n"
      "  cooper inspect --config oci-archive:site.tar");
  command->callback([arguments, &globals, &exit_code] {
    inspect(*arguments, globals);
    exit_code = kSuccess;
  });
}

void add_manifest_command(CLI::App& app, const Globals& globals, int& exit_code) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      add_looking(app, "manifest", "print the bytes of an image's manifest or index", *arguments);
  command->add_option("--platform", arguments->platform, "os/architecture, of an index");
  command->add_flag("--json", arguments->json, "an object with digest, mediaType, size, manifest");
  command->footer(
      "Examples:\n"
      "  cooper manifest registry.example/team/site:app-v1 | sha256sum\n"
      "  cooper manifest --json site:app");
  command->callback([arguments, &globals, &exit_code] {
    print_manifest(*arguments, globals);
    exit_code = kSuccess;
  });
}

void add_validate_command(CLI::App& app, const Globals& globals, int& exit_code) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = add_looking(
      app, "validate", "compute every digest, size and DiffID of an image again", *arguments);
  command->add_flag("--json", arguments->json, "print what was found as JSON");
  command->footer(
      "All disagreements are listed; the exit code is 1 if there are any.\n\n"
      "Examples:\n"
      "  cooper validate registry.example/team/site:app-v1\n"
      "  cooper validate oci-layout://exported:app");
  command->callback([arguments, &globals, &exit_code] {
    exit_code = validate_image(*arguments, globals) ? kSuccess : kFailure;
  });
}

void add_copy_command(CLI::App& app, const Globals& globals, int& exit_code) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "copy", "copy an image or a whole index between registries, layouts and archives");
  command
      ->add_option("source", arguments->image,
                   "reference in a registry, oci-layout://DIR[:TAG] (or oci:DIR[:TAG]), "
                   "oci-archive:FILE[:TAG], docker-archive:FILE[:REFERENCE] or "
                   "cooper-store:REFERENCE")
      ->required();
  command
      ->add_option("destination", arguments->destination,
                   "reference in a registry, oci-layout://DIR[:TAG] (or oci:DIR[:TAG]), "
                   "oci-archive:FILE[:TAG] or docker-archive:FILE[:REFERENCE]")
      ->required();
  command->add_option("--platform", arguments->platform,
                      "os/architecture: of an index this image alone (default: all of it)");
  command->add_flag("-q,--quiet", arguments->quiet, "only the digest");
  command
      ->add_flag("--allow-secret-in-layer", arguments->allow_secrets,
                 "send it although a secret was found in one of its layers")
      ->disable_flag_override();
  command->add_flag("--json", arguments->json, "print destination, digest and bytes as JSON");
  command->footer(
      "Bytes are copied as they are, so the digest stays; what the destination has is not "
      "fetched.\n\n"
      "Examples:\n"
      "  cooper copy registry.example/team/site:app-v1 mirror.example/team/site:app-v1\n"
      "  cooper copy cooper-store:site:app oci-archive:site.tar:app\n"
      "  cooper copy --platform linux/amd64 registry.example/team/site:app-v1 "
      "docker-archive:site.tar:site:app-v1");
  command->callback([arguments, &globals, &exit_code] {
    copy(*arguments, globals);
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
