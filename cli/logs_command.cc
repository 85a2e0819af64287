// cooper logs: what RUN steps wrote.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "builder/cache/build_history.h"
#include "builder/cache/step_logs.h"
#include "cli/cache_documents.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/recorded_steps.h"
#include "cli/workflow_log.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;
using cache::BuildHistory;
using cache::BuildRecord;
using cache::RecordedStep;

struct Arguments {
  std::string build, step;
  bool json = false;
};

// Where the log of a step is: that of a hit is in the build that made it.
struct Place {
  std::string build;
  std::size_t step = 0;
};

std::optional<Place> find_log(const store::Store& store, const BuildHistory& history,
                              const BuildRecord& build, std::size_t number) {
  const cache::StepLogs logs(store);
  if (logs.has(build.id, number)) return Place{build.id, number};
  const RecordedStep& step = build.steps[number];
  if (step.outcome != cache::StepOutcome::cached || !step.layer) return std::nullopt;
  for (const BuildRecord& other : history.newest(BuildHistory::kMaxBuilds)) {
    if (other.id >= build.id) continue;
    for (std::size_t i = 0; i < other.steps.size(); ++i) {
      const bool same = other.steps[i].label == step.label && other.steps[i].layer == step.layer;
      if (same && logs.has(other.id, i)) return Place{other.id, i};
    }
  }
  return std::nullopt;
}

void print_head(const BuildRecord& build, std::size_t number, const Place& place) {
  std::string text =
      "#" + std::to_string(number + 1) + " " + base::printable(build.steps[number].label);
  if (place.build != build.id) text += "  (cached; from build " + place.build + ")";
  std::cout << safe_for_log(text + "\n");
}

void print_lines(const store::Store& store, const RecordedStep& step, const Place& place,
                 bool json) {
  const auto print_line = [&](const cache::LogLine& line) {
    if (json) {
      std::cout << log_line_json(place.build, place.step, step.label, line);
      return;
    }
    char time[32];
    std::snprintf(time, sizeof time, "%7.1f ", static_cast<double>(line.milliseconds) / 1000);
    std::cout << safe_for_log(time + base::printable(line.text) + "\n");
  };
  const auto tell_cut = [&] {
    if (!json) std::cout << "        [the log was too long: lines are left out here]\n";
  };
  cache::StepLogs(store).read(place.build, place.step, print_line, tell_cut);
}

Question question_of(const BuildHistory& history, const Arguments& arguments) {
  const auto ids = history.ids();
  const bool is_build = std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
    return !arguments.build.empty() &&
           (id == arguments.build || id.ends_with("-" + arguments.build));
  });
  if (is_build) return find_question(history, arguments.build, "", arguments.step);
  return find_question(history, "", arguments.build, arguments.step);
}

void print_logs(const Arguments& arguments, const Globals& globals) {
  const auto store = store::Store::open(globals.root, store::Holding::no);
  const BuildHistory history(store);
  const Question question = question_of(history, arguments);
  std::size_t printed = 0;
  for (const std::size_t step : question.steps) {
    const auto place = find_log(store, history, question.build, step);
    if (!place) continue;
    if (!arguments.json) print_head(question.build, step, *place);
    print_lines(store, question.build.steps[step], *place, arguments.json);
    ++printed;
  }
  std::cout << std::flush;
  if (printed > 0) return;
  throw Error(ErrorKind::not_found, "read log of build", question.build.id,
              "no RUN step of it wrote anything, or its log has been removed")
      .with_hint("cooper cache ls --kind build lists other builds");
}

}  // namespace

void add_logs_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command = app.add_subcommand("logs", "what the RUN steps of a build wrote");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("build", arguments->build,
                      "a build of cache ls --kind build, or a target, tag or stage (default: the "
                      "last build)");
  command->add_option("step", arguments->step, "number of a step, or a part of its text");
  command->add_flag("--json", arguments->json, "print a JSON object for each line");
  command->footer(
      "Examples:\n"
      "  cooper logs\n"
      "  cooper logs app 'npm ci'\n"
      "  cooper logs --json");
  command->callback([arguments, &globals, &exit_code] {
    print_logs(*arguments, globals);
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
