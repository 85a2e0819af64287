// cooper cache prune, cooper fsck
#include <ctime>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "builder/upkeep/check.h"
#include "builder/upkeep/collector.h"
#include "builder/upkeep/recovery.h"
#include "cli/build_summary.h"
#include "cli/cache_commands.h"
#include "cli/commands.h"
#include "cli/configuration.h"
#include "cli/exit_code.h"
#include "cli/listing_output.h"
#include "cli/session.h"
#include "cli/signals.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

struct PruneArguments {
  LimitOptions limits;
  std::vector<std::string> filters;
  bool all = false, dry_run = false, automatic = false;
  ListingOutput output;
};

upkeep::Filter parse_filters(const std::vector<std::string>& texts) {
  upkeep::Filter filter;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
    if (value.empty()) throw Error(ErrorKind::usage, "use --filter", text, "expected NAME=VALUE");
    if (name == "kind" || name == "type") {
      filter.kinds.insert(entry_kind(value));
    } else if (name == "unused-for" || name == "until") {
      filter.unused_for = upkeep::parse_age(value, "--filter " + name);
    } else if (name == "target") {
      filter.target = value;
    } else if (name == "id" || name == "name") {
      filter.name = value;
    } else {
      throw Error(ErrorKind::usage, "use --filter", text, "there is no filter '" + name + "'")
          .with_hint("filters are kind, unused-for, target and name");
    }
  }
  return filter;
}

Table removal_table(const std::vector<upkeep::Entry>& entries, const upkeep::Removals& removals) {
  Table table{{"kind", "id", "size", "reason", "name"}, {}, "removed"};
  for (const upkeep::Removal& one : removals.list) {
    const upkeep::Entry& entry = entries[one.entry];
    table.rows.push_back({{std::string(to_string(entry.kind))},
                          {entry.id, entry.id.substr(0, 12)},
                          {entry.bytes, size_text(entry.bytes)},
                          {one.reason},
                          {entry.name}});
  }
  return table;
}

void prune(const PruneArguments& arguments, const Globals& globals) {
  const upkeep::Limits limits = read_limits(arguments.limits);
  const auto stop = [&globals] { return globals.signals->token().stop_requested(); };
  if (arguments.automatic) {
    static_cast<void>(upkeep::collect(globals.root, limits, stop));
    return;
  }
  const auto store = store::Store::open(globals.root, store::Holding::no);
  const store::Lock lock = store.lock("upkeep", "collection", globals.signals->token(), [] {
    std::cerr << "waiting: another process is collecting\n" << std::flush;
  });
  const upkeep::Contents contents = upkeep::read_contents(store);
  const std::vector<upkeep::Entry> entries = upkeep::list_entries(contents);
  const upkeep::Filter filter = parse_filters(arguments.filters);
  const auto now = static_cast<std::int64_t>(::time(nullptr));
  const upkeep::Removals removals =
      arguments.all || !filter.empty() ? upkeep::plan_filter(entries, filter, now)
                                       : upkeep::plan_limits(entries, limits, contents.disk.total(),
                                                             upkeep::free_bytes(store), now);
  const bool programs = arguments.output.json || !arguments.output.format.empty();
  if (programs || arguments.dry_run) print(removal_table(entries, removals), arguments.output);
  if (arguments.dry_run) {
    if (!programs) std::cout << "would remove " << size_text(removals.bytes) << "\n" << std::flush;
    return;
  }
  const upkeep::Removed removed = upkeep::remove(store, contents, entries, removals, stop);
  if (programs) return;
  std::cout << "removed " << removed.entries << " entries, " << size_text(removed.bytes) << "\n";
  if (removed.held > 0) std::cout << "left " << removed.held << " that running processes need\n";
  if (removals.over > 0)
    std::cout << "still " << size_text(removals.over) << " over the limit, which images need\n";
  std::cout << std::flush;
}

void add_prune(CLI::App& cache, const Globals& globals, int& exit_code) {
  CLI::App* command =
      cache.add_subcommand("prune", "remove what is beyond the limits, or what a filter names");
  const auto arguments = std::make_shared<PruneArguments>();
  command
      ->add_option("--filter", arguments->filters,
                   "kind=KIND, unused-for=24h, target=NAME, name=PART; all must fit")
      ->allow_extra_args(false);
  command->add_flag("-a,--all", arguments->all, "all but what images need");
  command->add_flag("--dry-run", arguments->dry_run, "only tell what would go");
  command->add_flag("--automatic", arguments->automatic)->group("");
  add_limit_options(*command, arguments->limits);
  add_output_options(*command, arguments->output);
  command->footer(
      "Examples:\n"
      "  cooper cache prune --dry-run\n"
      "  cooper cache prune --max-size 5GB\n"
      "  cooper cache prune --filter kind=mount --filter unused-for=7d");
  command->callback([arguments, &globals, &exit_code] {
    prune(*arguments, globals);
    exit_code = kSuccess;
  });
}

struct CheckArguments {
  bool repair = false;
  ListingOutput output;
};

int check_store(const CheckArguments& arguments, const Globals& globals) {
  const auto store = store::Store::open(globals.root, store::Holding::no);
  for (const std::string& path : upkeep::recover(store))
    std::cerr << "removed " << base::printable(path)
              << ": it was not whole on the disk when the machine stopped\n";
  const std::vector<upkeep::Finding> findings =
      upkeep::check(store, [&globals] { return globals.signals->token().stop_requested(); });
  Table table{{"path", "cause"}, {}, "problems"};
  for (const upkeep::Finding& finding : findings)
    table.rows.push_back({{finding.path}, {finding.cause}});
  if (arguments.output.json || !arguments.output.format.empty()) {
    print(table, arguments.output);
  } else if (findings.empty()) {
    std::cout << "clean\n" << std::flush;
  } else {
    for (const upkeep::Finding& finding : findings) {
      std::cout << base::printable(finding.path) << ": " << base::printable(finding.cause) << "\n";
    }
    std::cout << std::flush;
  }
  if (arguments.repair) {
    upkeep::repair(store, findings);
    if (!findings.empty())
      std::cerr << "removed what was damaged; it is made or fetched again when it is needed\n";
  } else if (!findings.empty()) {
    std::cerr << "hint: cooper fsck --repair removes what is damaged\n";
  }
  return findings.empty() ? kSuccess : kFailure;
}

void add_fsck(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "fsck", "check every byte of the store; exit code 1 if something is wrong");
  const auto arguments = std::make_shared<CheckArguments>();
  command->add_flag("--repair", arguments->repair, "remove what is damaged");
  add_output_options(*command, arguments->output);
  command->footer(
      "Examples:\n"
      "  cooper fsck\n"
      "  cooper fsck --repair --json");
  command->callback(
      [arguments, &globals, &exit_code] { exit_code = check_store(*arguments, globals); });
}

}  // namespace

void add_cache_upkeep(CLI::App& cache, const Globals& globals, int& exit_code) {
  add_prune(cache, globals, exit_code);
  add_fsck(cache, globals, exit_code);
}

void add_fsck_command(CLI::App& app, const Globals& globals, int& exit_code) {
  add_fsck(app, globals, exit_code);
}

}  // namespace cooper::cli
