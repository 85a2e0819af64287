// cooper pull
#include <iostream>
#include <memory>

#include "base/error.h"
#include "cli/build_options.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/image_access.h"
#include "cli/signals.h"
#include "cli/table.h"
#include "oci/reference.h"

namespace cooper::cli {
namespace {

struct Arguments {
  std::vector<std::string> images;
  std::string platform;
  std::string tag;
  bool json = false, quiet = false;
};

bool is_reference(const std::string& text) {
  return text.find("://") == std::string::npos && !text.starts_with("docker-archive:");
}

// Where it comes from, and what it is called in the store.
struct Wanted {
  std::string location, reference;
};

Wanted wanted(const Arguments& arguments, const std::string& image) {
  const std::string plain = image.starts_with("docker-image://") ? image.substr(15) : image;
  if (is_reference(plain)) {
    const std::string full = oci::to_string(oci::parse_reference(plain));
    return {full,
            arguments.tag.empty() ? full : oci::to_string(oci::parse_reference(arguments.tag))};
  }
  if (arguments.tag.empty()) {
    throw base::Error(base::ErrorKind::usage, "pull", image, "it has no name of its own")
        .with_hint("give it one with -t NAME");
  }
  return {image, oci::to_string(oci::parse_reference(arguments.tag))};
}

void pull_one(Session& session, const Arguments& arguments, const Wanted& one, std::stop_token stop,
              Table& table) {
  const source::ResolvedImage image =
      resolve_image(session, one.location, arguments.platform, stop);
  const engine::EventSink silence = [](const engine::Event&) {};
  fetch_image(session, image, arguments.quiet ? silence : transfer_lines("fetched"), stop);
  oci::Descriptor manifest = image.manifest;
  manifest.platform = image.config.platform;
  for (const oci::Descriptor& layer : image.layers) session.store.flush_blob(layer.digest);
  session.store.flush_blob(manifest.digest);
  session.store.tag_image(one.reference, manifest);
  std::uint64_t size = image.manifest.size + image.config_bytes.size();
  for (const oci::Descriptor& layer : image.layers) size += layer.size;
  table.rows.push_back({{one.reference}, {image.manifest.digest.to_string()}, {size}});
}

void pull_images(const Arguments& arguments, const Globals& globals) {
  if (!arguments.tag.empty() && arguments.images.size() > 1) {
    throw base::Error(base::ErrorKind::usage, "use --tag", arguments.tag,
                      "several images cannot have one name");
  }
  std::vector<Wanted> all;
  for (const std::string& image : arguments.images) all.push_back(wanted(arguments, image));
  Session session = Session::open(globals);
  Table table{{"reference", "digest", "size"}, {}, "images"};
  for (const Wanted& one : all) {
    pull_one(session, arguments, one, globals.signals->token(), table);
    if (!arguments.json)
      std::cout << std::get<std::string>(table.rows.back()[1].value) << "\n" << std::flush;
  }
  session.store.flush();
  if (arguments.json) std::cout << table_json(table) << std::flush;
}

}  // namespace

void add_pull_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command = app.add_subcommand("pull", "fetch images into the store");
  const auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("image", arguments->images,
                   "reference, oci-layout://DIRECTORY or docker-archive:FILE")
      ->required();
  command->add_option("--platform", arguments->platform,
                      "os/architecture (default: this machine's)");
  command->add_option("-t,--tag", arguments->tag,
                      "the image's name in the store (default: its own)");
  command->add_flag("-q,--quiet", arguments->quiet, "only the digest");
  command->add_flag("--json", arguments->json, "print reference, digest and size as JSON");
  command->footer(
      "Examples:\n"
      "  cooper pull registry.example/team/site:app-v1\n"
      "  cooper pull -t site:imported docker-archive:site.tar");
  command->callback([arguments, &globals, &exit_code] {
    pull_images(*arguments, globals);
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
