// cooper cache ls, du, tree
#include <algorithm>
#include <ctime>
#include <iostream>
#include <map>
#include <memory>

#include "base/error.h"
#include "builder/upkeep/entry.h"
#include "cli/build_summary.h"
#include "cli/cache_commands.h"
#include "cli/cache_documents.h"
#include "cli/exit_code.h"
#include "cli/listing_output.h"
#include "cli/session.h"

namespace cooper::cli {
namespace {

using upkeep::Entry;
using upkeep::EntryKind;

struct Arguments {
  ListingOutput output;
  std::vector<std::string> kinds;
};

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

std::set<EntryKind> kinds_of(const std::vector<std::string>& words) {
  std::set<EntryKind> kinds;
  for (const std::string& word : words) kinds.insert(entry_kind(word));
  return kinds;
}

Table entry_table(const std::vector<Entry>& entries, const std::set<EntryKind>& kinds) {
  const auto now = static_cast<std::int64_t>(::time(nullptr));
  Table table{{"kind", "id", "size", "age", "last-use", "targets", "name"}, {}, "items"};
  for (const Entry& entry : entries) {
    // Without a wish, records of builds would only be in the way.
    if (kinds.empty() ? entry.kind == EntryKind::build : !kinds.contains(entry.kind)) continue;
    const std::uint64_t size = entry.bytes + entry.shared_bytes;
    const auto seconds = [&](std::int64_t then) {
      return static_cast<std::uint64_t>(std::max<std::int64_t>(0, now - then));
    };
    const bool build = entry.kind == EntryKind::build;
    std::string id =
        build ? entry.id : entry.id.substr(entry.id.starts_with("sha256:") ? 7 : 0, 12);
    table.rows.push_back({{std::string(to_string(entry.kind))},
                          {entry.id, std::move(id)},
                          {size, size_text(size)},
                          {seconds(entry.created), age_text(entry.created, now)},
                          {seconds(entry.used), age_text(entry.used, now)},
                          {joined(entry.targets)},
                          {entry.name}});
  }
  return table;
}

void list(const Arguments& arguments, const Globals& globals) {
  const auto store = store::Store::open(globals.root, store::Holding::no);
  const upkeep::Contents contents = upkeep::read_contents(store);
  print(entry_table(upkeep::list_entries(contents), kinds_of(arguments.kinds)), arguments.output);
}

void show_use(const Arguments& arguments, const Globals& globals) {
  const auto store = store::Store::open(globals.root, store::Holding::no);
  const upkeep::DiskUse use = upkeep::measure(store);
  struct Sum {
    std::uint64_t count = 0, bytes = 0;
  };
  std::map<std::string, Sum> sums;
  for (const upkeep::DiskItem& item : use.items) {
    std::string what(to_string(item.place));
    if (item.place == upkeep::Place::record) what += "/" + item.folder;
    Sum& sum = sums[what];
    ++sum.count;
    sum.bytes += item.bytes;
  }
  Table table{{"what", "count", "size"}, {}, "parts"};
  Sum all;
  for (const auto& [what, sum] : sums) {
    table.rows.push_back({{what}, {sum.count}, {sum.bytes, size_text(sum.bytes)}});
    all.count += sum.count;
    all.bytes += sum.bytes;
  }
  table.rows.push_back({{std::string("total")}, {all.count}, {all.bytes, size_text(all.bytes)}});
  print(table, arguments.output);
}

// The steps of each target of the newest build that had it, those of stages it copies from
// indented.
void show_tree(const Arguments& arguments, const Globals& globals) {
  const auto store = store::Store::open(globals.root, store::Holding::no);
  const upkeep::Contents contents = upkeep::read_contents(store);
  std::map<std::string, std::uint64_t> layer_bytes, base_bytes;
  for (const Entry& entry : upkeep::list_entries(contents)) {
    if (entry.kind == EntryKind::layer) layer_bytes[entry.id] = entry.bytes;
    if (entry.kind == EntryKind::base) base_bytes[entry.id] = entry.shared_bytes;
  }
  Table table{{"target", "step", "size", "outcome", "label"}, {}, "steps"};
  std::set<std::string> seen;
  for (const cache::BuildRecord& build : contents.builds) {
    for (const cache::RecordedTarget& target : build.targets) {
      const std::string name = cache::BuildRecord::name_of(target);
      if (!seen.insert(name).second) continue;
      std::set<std::size_t> own;
      for (std::optional<std::size_t> at = target.result; at; at = build.steps[*at].parent)
        own.insert(*at);
      for (const std::size_t number : build.steps_of(target)) {
        const cache::RecordedStep& step = build.steps[number];
        const std::uint64_t bytes =
            step.layer ? layer_bytes[step.layer->hex()] : base_bytes[step.image_digest];
        const std::string indent = own.contains(number) ? "" : "  ";
        table.rows.push_back({{name},
                              {std::uint64_t{number + 1}, "#" + std::to_string(number + 1)},
                              {bytes, size_text(bytes)},
                              {std::string(to_string(step.outcome))},
                              {step.label, indent + step.label}});
      }
    }
  }
  print(table, arguments.output);
}

using Show = void (*)(const Arguments&, const Globals&);

CLI::App* add_view(CLI::App& cache, const char* name, const char* description, Show show,
                   const std::shared_ptr<Arguments>& arguments, const Globals& globals,
                   int& exit_code) {
  CLI::App* command = cache.add_subcommand(name, description);
  add_output_options(*command, arguments->output);
  command->callback([show, arguments, &globals, &exit_code] {
    show(*arguments, globals);
    exit_code = kSuccess;
  });
  return command;
}

}  // namespace

EntryKind entry_kind(const std::string& word) {
  const auto kind = upkeep::try_parse_entry_kind(word);
  if (!kind) {
    throw base::Error(base::ErrorKind::usage, "use kind", word, "there is no such kind")
        .with_hint(
            "kinds are step, layer, snapshot, base, mount, context, build, failed, image and "
            "leftover");
  }
  return *kind;
}

void add_cache_views(CLI::App& cache, const Globals& globals, int& exit_code) {
  const auto listed = std::make_shared<Arguments>();
  CLI::App* ls = add_view(cache, "ls", "list steps, layers, base images, cache mounts, contexts",
                          list, listed, globals, exit_code);
  ls->add_option("--kind", listed->kinds, "only step, layer, snapshot, base, mount, context, ...")
      ->delimiter(',')
      ->allow_extra_args(false);
  ls->footer(
      "Examples:\n"
      "  cooper cache ls --kind layer,base\n"
      "  cooper cache ls --format 'table {{.ID}}\\t{{.Size}}\\t{{.Name}}'");
  add_view(cache, "du", "what takes how much of the disk", show_use, std::make_shared<Arguments>(),
           globals, exit_code);
  add_view(cache, "tree", "the steps of each target, with the sizes of their layers", show_tree,
           std::make_shared<Arguments>(), globals, exit_code);
}

}  // namespace cooper::cli
