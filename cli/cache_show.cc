// cooper cache show: one step, or the files of one layer.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "builder/cache/key_parts_file.h"
#include "builder/cache/secret_name.h"
#include "builder/upkeep/entry.h"
#include "builder/upkeep/layer_report.h"
#include "cli/build_summary.h"
#include "cli/cache_commands.h"
#include "cli/cache_documents.h"
#include "cli/exit_code.h"
#include "cli/listing_output.h"
#include "cli/session.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;
using upkeep::Entry;
using upkeep::EntryKind;

struct Arguments {
  ListingOutput output;
  std::string what;
};

// By the beginning of its key or digest, else by a part of its name; a step before a layer.
const Entry& find_entry(const std::vector<Entry>& entries, const std::string& text) {
  std::string wanted = text.starts_with("sha256:") ? text.substr(7) : text;
  std::vector<const Entry*> found;
  for (const bool by_id : {true, false}) {
    for (const Entry& entry : entries) {
      if (entry.kind != EntryKind::step && entry.kind != EntryKind::layer) continue;
      const bool fits =
          by_id ? entry.id.starts_with(wanted)
                : entry.kind == EntryKind::step && entry.name.find(text) != std::string::npos;
      if (fits) found.push_back(&entry);
    }
    if (!found.empty()) break;
  }
  if (found.empty())
    throw Error(ErrorKind::not_found, "find step or layer", text, "the cache has none")
        .with_hint("cooper cache ls lists them");
  if (found.size() > 1 && found[0]->id.starts_with(wanted)) {
    throw Error(ErrorKind::usage, "find step or layer", text,
                std::to_string(found.size()) + " of them begin so")
        .with_hint("give more of its id");
  }
  return *found.front();  // of several steps with such a text the one used last
}

Table key_table(const store::Store& store, const std::string& key) {
  Table table{{"part", "value"}, {}, "parts"};
  const auto bytes = store.read_record("step-parts", key);
  const auto parts = bytes ? cache::try_parse_key_parts(*bytes, {key}) : std::nullopt;
  if (!parts) return table;
  for (const cache::KeyPart& part : *parts) {
    const bool secret = part.name.starts_with("env ") && cache::is_secret_name(part.name.substr(4));
    table.rows.push_back({{part.name}, {secret ? std::string("(not shown)") : part.value}});
  }
  return table;
}

void show_step(const store::Store& store, const Entry& entry, const ListingOutput& output) {
  const Table table = key_table(store, entry.id);
  if (!output.json && output.format.empty()) {
    const auto now = static_cast<std::int64_t>(::time(nullptr));
    std::cout << "step   " << base::printable(entry.name) << "\nkey    " << entry.id << "\nlayer  "
              << (entry.layers.empty() ? "" : entry.layers.front()) << "  "
              << size_text(entry.shared_bytes) << "\nmade   " << age_text(entry.created, now)
              << " ago, used " << age_text(entry.used, now) << " ago\n\n";
  }
  print(table, output);
}

std::string octal(std::uint32_t mode) {
  char text[16];
  std::snprintf(text, sizeof text, "%04o", mode);
  return text;
}

Table file_table(const upkeep::LayerReport& report) {
  Table table{{"change", "mode", "size", "wasted", "path"}, {}, "files"};
  for (const upkeep::LayerFile& file : report.files) {
    const layer::Entry& entry = file.entry;
    const std::uint64_t wasted = file.wasted ? entry.size : 0;
    const bool directory = entry.type == layer::EntryType::directory;
    std::string path = "/" + entry.path + (directory ? "/" : "");
    if (entry.type == layer::EntryType::symlink) path += " -> " + entry.link;
    const bool gone = file.change == upkeep::FileChange::deletes;
    table.rows.push_back({{std::string(to_string(file.change))},
                          {gone ? std::string("-") : octal(entry.mode)},
                          {entry.size, directory || gone ? "-" : size_text(entry.size)},
                          {wasted, file.wasted ? size_text(wasted) : "-"},
                          {"/" + entry.path, std::move(path)}});
  }
  return table;
}

void show_layer(const store::Store& store, const upkeep::Contents& contents, const Entry& entry,
                const ListingOutput& output) {
  const auto report =
      upkeep::report_layer(store, oci::DiffId::parse("sha256:" + entry.id), contents.builds);
  if (!report)
    throw Error(ErrorKind::not_found, "read layer", entry.id,
                "what is in it was not needed yet, so it was not looked at");
  if (!output.json && output.format.empty()) {
    std::cout << "layer     " << entry.id << "\nmade by   " << base::printable(entry.name)
              << "\nadds      " << size_text(report->added_bytes) << "\nreplaces  "
              << size_text(report->replaced_bytes) << "\ndeletes   "
              << size_text(report->deleted_bytes) << " of layers below\nwastes    "
              << size_text(report->wasted_bytes) << " that layers above replace or delete\n";
    if (!report->complete)
      std::cout << "note      not every layer of " << base::printable(report->target)
                << " is here; only those that are were compared\n";
    std::cout << "\n";
  }
  print(file_table(*report), output);
}

void show(const Arguments& arguments, const Globals& globals) {
  const auto store = store::Store::open(globals.root, store::Holding::no);
  const upkeep::Contents contents = upkeep::read_contents(store);
  const std::vector<Entry> entries = upkeep::list_entries(contents);
  const Entry& entry = find_entry(entries, arguments.what);
  if (entry.kind == EntryKind::step) {
    show_step(store, entry, arguments.output);
  } else {
    show_layer(store, contents, entry, arguments.output);
  }
}

}  // namespace

void add_cache_show(CLI::App& cache, const Globals& globals, int& exit_code) {
  CLI::App* command =
      cache.add_subcommand("show", "what the key of a step is made of, or the files of a layer");
  const auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("what", arguments->what,
                   "beginning of a key or of a layer's DiffId, or a part of a step's text")
      ->required();
  add_output_options(*command, arguments->output);
  command->footer(
      "Examples:\n"
      "  cooper cache show 'COPY . .'\n"
      "  cooper cache show 3f9a01c2 --json");
  command->callback([arguments, &globals, &exit_code] {
    show(*arguments, globals);
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
