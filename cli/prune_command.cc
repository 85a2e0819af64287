// cooper prune
#include <chrono>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "base/file_at.h"
#include "base/source.h"
#include "cli/build_options.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/prune_report.h"
#include "cli/repository_name.h"
#include "cli/session.h"
#include "cli/signals.h"
#include "cli/workflow_log.h"
#include "registry/client.h"
#include "release/prune.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::uint64_t kMaxListBytes = 64U << 20;
constexpr std::int64_t kSecondsOfDay = 24 * 60 * 60;

struct Arguments {
  std::string repository;
  std::size_t keep = 10;
  std::optional<std::size_t> keep_prereleases;
  std::optional<std::int64_t> keep_days;
  std::vector<std::string> keep_patterns, in_use;
  std::string role_pattern;
  bool yes = false, all = false, json = false;
};

std::string read_list(const std::string& name) {
  base::FdSource source(name == "-" ? base::Fd(0).duplicate() : base::open_host(name, O_RDONLY),
                        name == "-" ? "standard input" : name);
  return base::read_all(source, kMaxListBytes, name);
}

// A list that names nothing of ours protects nothing: most likely it is the wrong one, or the
// command that should have made it failed.
void add_in_use(const Arguments& arguments, const std::string& repository, release::InUse& in_use) {
  for (const std::string& name : arguments.in_use) {
    const release::InUse found = release::find_in_use(read_list(name), repository);
    if (found.empty() && !arguments.all) {
      throw Error(ErrorKind::usage, "read list of images in use", name,
                  "it names no image of " + repository)
          .with_hint("if that is right, say --all");
    }
    in_use.tags.insert(found.tags.begin(), found.tags.end());
    in_use.digests.insert(found.digests.begin(), found.digests.end());
  }
}

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

release::RetentionRules make_rules(const Arguments& arguments, const std::string& repository) {
  release::RetentionRules rules;
  rules.keep = arguments.keep;
  rules.keep_prereleases = arguments.keep_prereleases.value_or(arguments.keep);
  if (arguments.keep_days) rules.keep_since = seconds_now() - *arguments.keep_days * kSecondsOfDay;
  for (const std::string& pattern : arguments.keep_patterns)
    rules.keep_patterns.emplace_back(pattern);
  if (!arguments.role_pattern.empty())
    rules.role_pattern = release::TagPattern(arguments.role_pattern);
  release::check_rules(rules);
  add_in_use(arguments, repository, rules.in_use);
  return rules;
}

void print_plan(const Arguments& arguments, const std::string& repository,
                const std::vector<release::Verdict>& plan,
                const std::vector<std::string>& deleted) {
  if (arguments.json) {
    std::cout << prune_json(repository, !arguments.yes, plan, deleted) << std::flush;
    return;
  }
  std::cout << safe_for_log(table_text(prune_table(plan))) << std::flush;
}

void prune(const Arguments& arguments, const Globals& globals) {
  Session session = Session::open(globals);
  const std::stop_token stop = globals.signals->token();
  const oci::Reference name = parse_repository(arguments.repository);
  const registry::Repository repository = session.network.client().repository(name);
  const release::RetentionRules rules = make_rules(arguments, name.repository);
  const auto plan = release::plan_retention(rules, release::collect_tags(repository, rules, stop));
  if (!arguments.all) release::require_moderate(rules, plan);
  if (!arguments.json) print_plan(arguments, repository.display_name(), plan, {});
  std::vector<std::string> deleted;
  if (arguments.yes) {
    const auto note = [&](const release::Verdict& verdict) {
      deleted.push_back(verdict.tag);
      std::cerr << safe_for_log("deleted " + base::printable(verdict.tag) + "\n") << std::flush;
    };
    try {
      release::delete_doomed(repository, plan, note, stop);
    } catch (const Error&) {
      if (arguments.json) print_plan(arguments, repository.display_name(), plan, deleted);
      throw;
    }
  }
  if (arguments.json) print_plan(arguments, repository.display_name(), plan, deleted);
  std::cerr << prune_summary(plan, arguments.yes) << std::flush;
}

void add_rules(CLI::App& command, Arguments& arguments) {
  command.add_option("--keep", arguments.keep,
                     "newest releases of each role that stay (default 10)");
  command.add_option("--keep-prereleases", arguments.keep_prereleases,
                     "newest pre-releases of each role that stay (default: as --keep)");
  command.add_option("--keep-days", arguments.keep_days, "images younger than this stay")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1'000'000}));
  add_list(command, "--keep-pattern", arguments.keep_patterns,
           "regular expression of tags that stay");
  command.add_option("--role-pattern", arguments.role_pattern,
                     "regular expression with two groups, role and version (default: ROLE-vX.Y.Z)");
  add_list(command, "--in-use", arguments.in_use,
           "file (- is standard input) that names images that run: a list, or what kubectl or helm "
           "printed");
}

}  // namespace

void add_prune_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("prune", "delete old versions of a repository that no rule keeps");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("repository", arguments->repository, "registry/name, without a tag")
      ->required();
  add_rules(*command, *arguments);
  command->add_flag("--yes", arguments->yes, "delete; without it only the plan is shown");
  command->add_flag(
      "--all", arguments->all,
      "do it even if that deletes every version of a role, or --in-use names nothing");
  command->add_flag("--json", arguments->json, "print the plan, and what was deleted, as JSON");
  command->footer(
      "Only tags of versions go (app-v1.2.3); tags that end with latest, caches and all others "
      "stay.\n"
      "See docs/prune.md.\n\n"
      "Examples:\n"
      "  cooper prune registry.example/team/site\n"
      "  kubectl get pods -A -o json | cooper prune registry.example/team/site --in-use - --keep "
      "5\n"
      "  cooper prune registry.example/team/site --keep-days 90 --keep-pattern 'app-v1\\..*' "
      "--yes");
  command->callback([arguments, &globals, &exit_code] {
    prune(*arguments, globals);
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
