// cooper images, cooper untag
#include <iostream>
#include <memory>

#include "base/error.h"
#include "cli/build_summary.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/images_command.h"
#include "cli/session.h"
#include "cli/table.h"
#include "oci/image_config.h"
#include "oci/manifest.h"
#include "oci/media_type.h"
#include "oci/reference.h"

namespace cooper::cli {
namespace {

struct Arguments {
  std::vector<std::string> references;
  bool json = false;
};

struct Facts {
  std::uint64_t bytes = 0;
  std::string created, platforms;
  bool complete = true;  // all documents are in the store
};

void add_document(const store::Store& store, const oci::Descriptor& top, Facts& facts) {
  facts.bytes += top.size;
  const auto text = store.read_document(top.digest);
  if (!text) {
    facts.complete = false;
    return;
  }
  const auto document = oci::parse_manifest_or_index(*text, top.media_type);
  if (const auto* index = std::get_if<oci::Index>(&document)) {
    for (const oci::Descriptor& entry : index->manifests) {
      if (entry.platform) {
        facts.platforms += (facts.platforms.empty() ? "" : ",") + oci::to_string(*entry.platform);
      }
      if (oci::media_type::is_manifest(entry.media_type)) add_document(store, entry, facts);
    }
    return;
  }
  const auto& manifest = std::get<oci::Manifest>(document);
  facts.bytes += manifest.config.size;
  for (const oci::Descriptor& layer : manifest.layers) facts.bytes += layer.size;
  if (const auto config = store.read_document(manifest.config.digest))
    facts.created = oci::parse_image_config(*config).created;
}

// Platforms, size and creation time; unknown when the documents are not in the store any more.
void add_facts(const store::Store& store, const oci::Descriptor& top, std::vector<Cell>& row) {
  Facts facts;
  if (top.platform) facts.platforms = oci::to_string(*top.platform);
  Cell size{std::uint64_t{0}, "?"};
  Cell created{std::string(), "?"};
  try {
    add_document(store, top, facts);
    if (facts.complete) size = {facts.bytes, size_text(facts.bytes)};
    if (!facts.created.empty()) created = {facts.created, ""};
  } catch (const base::Error& error) {
    created = {std::string(), std::string("damaged: ") + error.what()};
  }
  row.push_back({facts.platforms});
  row.push_back(std::move(size));
  row.push_back(std::move(created));
}

}  // namespace

void list_store_images(bool json, const Globals& globals) {
  const store::Store store = store::Store::open(globals.root);
  Table table{{"reference", "digest", "platform", "size", "created"}, {}, "images"};
  for (const store::Store::TaggedImage& image : store.list_images()) {
    const std::string digest = image.manifest.digest.to_string();
    std::vector<Cell> row = {
        {image.reference, json ? "" : oci::familiar(oci::parse_reference(image.reference))},
        {digest, digest.substr(0, 19)}};
    add_facts(store, image.manifest, row);
    table.rows.push_back(std::move(row));
  }
  std::cout << (json ? table_json(table) : table_text(table)) << std::flush;
}

namespace {

void untag_images(const Arguments& arguments, const Globals& globals) {
  const store::Store store = store::Store::open(globals.root);
  for (const std::string& text : arguments.references) {
    const std::string reference = oci::to_string(oci::parse_reference(text));
    if (!store.untag_image(reference)) {
      throw base::Error(base::ErrorKind::not_found, "untag", reference,
                        "the store has no such image")
          .with_hint("cooper images lists what there is");
    }
    std::cout << "untagged " << reference << "\n" << std::flush;
  }
}

}  // namespace

void add_images_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command = app.add_subcommand("images", "list the images of the store");
  const auto arguments = std::make_shared<Arguments>();
  command->add_flag("--json", arguments->json, "print a JSON object");
  command->footer(
      "Examples:\n"
      "  cooper images\n"
      "  cooper images --json");
  command->callback([arguments, &globals, &exit_code] {
    list_store_images(arguments->json, globals);
    exit_code = kSuccess;
  });
}

void add_untag_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("untag", "take names of images out of the store; layers stay as cache")
          ->alias("rmi");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("reference", arguments->references, "names of images")->required();
  command->footer(
      "Example:\n"
      "  cooper untag registry.example/team/site:app-v1");
  command->callback([arguments, &globals, &exit_code] {
    untag_images(*arguments, globals);
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
