// cooper cache ls, cooper cache du
#include <algorithm>
#include <ctime>
#include <iostream>
#include <memory>
#include <set>

#include "builder/cache/step_cache.h"
#include "builder/layer/layer_writer.h"
#include "cli/build_summary.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/session.h"
#include "cli/table.h"

namespace cooper::cli {
namespace {

struct Arguments {
  bool json = false;
};

// The bytes of a step's layer in the store, every compression of it.
std::uint64_t layer_size(const store::Store& store, const oci::DiffId& diff_id) {
  std::uint64_t size = 0;
  if (const auto record = layer::find_layer(store, diff_id)) {
    for (const oci::Descriptor& blob : record->blobs)
      size += store.blob_size(blob.digest).value_or(0);
  }
  return size;
}

std::string age_text(std::int64_t created, std::int64_t now) {
  const std::int64_t age = std::max<std::int64_t>(0, now - created);
  if (age < 120) return std::to_string(age) + "s";
  if (age < 2 * 3600) return std::to_string(age / 60) + "m";
  if (age < 2 * 86400) return std::to_string(age / 3600) + "h";
  return std::to_string(age / 86400) + "d";
}

std::vector<cache::StepRecord> sorted_records(store::Store& store) {
  std::vector<cache::StepRecord> records = cache::StepCache(store).list();
  std::ranges::sort(records, [](const cache::StepRecord& a, const cache::StepRecord& b) {
    if (a.created != b.created) return a.created > b.created;
    return std::tie(a.label, a.key.hex) < std::tie(b.label, b.key.hex);
  });
  return records;
}

void list_steps(const Arguments& arguments, const Globals& globals) {
  store::Store store = store::Store::open(globals.root);
  const auto now = static_cast<std::int64_t>(::time(nullptr));
  Table table{{"key", "age", "took", "size", "step"}, {}};
  for (const cache::StepRecord& record : sorted_records(store)) {
    const std::uint64_t size = layer_size(store, record.diff_id);
    const auto age = static_cast<std::uint64_t>(std::max<std::int64_t>(0, now - record.created));
    table.rows.push_back(
        {{record.key.hex, record.key.hex.substr(0, 12)},
         {age, age_text(record.created, now)},
         {record.milliseconds, seconds_text(static_cast<double>(record.milliseconds) / 1000)},
         {size, size_text(size)},
         {record.label}});
  }
  std::cout << (arguments.json ? table_json(table) : table_text(table)) << std::flush;
}

void show_use(const Arguments& arguments, const Globals& globals) {
  store::Store store = store::Store::open(globals.root);
  std::set<oci::DiffId> layers;
  std::uint64_t steps = 0, bytes = 0;
  for (const cache::StepRecord& record : sorted_records(store)) {
    ++steps;
    if (layers.insert(record.diff_id).second) bytes += layer_size(store, record.diff_id);
  }
  const std::uint64_t images = store.list_images().size();
  Table table{{"what", "count", "size"}, {}};
  table.rows.push_back({{"steps"}, {steps}, {bytes, size_text(bytes)}});
  table.rows.push_back({{"images"}, {images}, {std::uint64_t{0}, "-"}});
  std::cout << (arguments.json ? table_json(table) : table_text(table)) << std::flush;
}

using Show = void (*)(const Arguments&, const Globals&);

void add_view(CLI::App& cache, const char* name, const char* description, Show show,
              const Globals& globals, int& exit_code) {
  CLI::App* command = cache.add_subcommand(name, description);
  const auto arguments = std::make_shared<Arguments>();
  command->add_flag("--json", arguments->json, "print a JSON array");
  command->callback([show, arguments, &globals, &exit_code] {
    show(*arguments, globals);
    exit_code = kSuccess;
  });
}

}  // namespace

void add_cache_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command = app.add_subcommand("cache", "what earlier builds left for later ones");
  command->require_subcommand(1);
  add_view(*command, "ls", "list the steps, the newest first", list_steps, globals, exit_code);
  add_view(*command, "du", "the sum of their layers", show_use, globals, exit_code);
  command->footer(
      "Examples:\n"
      "  cooper cache ls\n"
      "  cooper cache du --json");
}

}  // namespace cooper::cli
