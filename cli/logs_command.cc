// cooper logs: what RUN steps wrote.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <thread>

#include "base/error.h"
#include "builder/cache/build_history.h"
#include "builder/cache/running_builds.h"
#include "builder/cache/step_log_reader.h"
#include "builder/cache/step_logs.h"
#include "cli/cache_documents.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/recorded_steps.h"
#include "cli/signals.h"
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
  bool json = false, follow = false;
};

constexpr auto kPause = std::chrono::milliseconds(100);  // between two looks at a log that grows

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

void print_line(const std::string& build, std::size_t number, const RecordedStep& step,
                const cache::LogLine& line, bool json) {
  if (json) {
    std::cout << log_line_json(build, number, step.label, line);
    return;
  }
  char time[32];
  std::snprintf(time, sizeof time, "%7.1f ", static_cast<double>(line.milliseconds) / 1000);
  std::cout << safe_for_log(time + base::printable(line.text) + "\n");
}

void tell_cut(bool json) {
  if (!json) std::cout << "        [the log was too long: lines are left out here]\n";
}

void print_lines(const store::Store& store, const RecordedStep& step, const Place& place,
                 bool json) {
  cache::StepLogs(store).read(
      place.build, place.step,
      [&](const cache::LogLine& line) { print_line(place.build, place.step, step, line, json); },
      [&] { tell_cut(json); });
}

// The logs of a build that runs, as they grow; a head where another step goes on.
class Follower {
 public:
  Follower(const store::Store& store, Question question, bool json)
      : question_(std::move(question)), json_(json) {
    for (const std::size_t step : question_.steps) {
      if (question_.build.steps[step].operation == "run")
        logs_.emplace(step, cache::StepLogReader(store, question_.build.id, step));
    }
  }

  void print_news() {
    for (auto& [step, log] : logs_) {
      log.read([&, number = step](const cache::LogLine& line) { print(number, line); },
               [&] { tell_cut(json_); });
    }
    std::cout << std::flush;
  }
  [[nodiscard]] const std::string& build() const { return question_.build.id; }

 private:
  void print(std::size_t step, const cache::LogLine& line) {
    if (!json_ && last_ != step) print_head(question_.build, step, {question_.build.id, step});
    last_ = step;
    print_line(question_.build.id, step, question_.build.steps[step], line, json_);
  }

  Question question_;
  bool json_;
  std::map<std::size_t, cache::StepLogReader> logs_;
  std::optional<std::size_t> last_;
};

void follow_logs(const Arguments& arguments, const Globals& globals) {
  const auto store = store::Store::open(globals.root, store::Holding::no);
  const cache::RunningBuilds running(store);
  auto question = find_running(running.list(), arguments.build, arguments.step);
  if (!question) {
    throw Error(ErrorKind::not_found, "follow build", arguments.build,
                "no such build is at its RUN steps now")
        .with_hint("'cooper logs' shows what has ended");
  }
  Follower follower(store, std::move(*question), arguments.json);
  const std::stop_token stop = globals.signals->token();
  for (bool runs = true; runs;) {
    runs = running.runs(follower.build());
    follower.print_news();
    if (stop.stop_requested())
      throw Error(ErrorKind::cancelled, "follow build", follower.build(), "stopped");
    if (runs) std::this_thread::sleep_for(kPause);
  }
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
  command->add_option("--step", arguments->step, "the same, where no build is named before it")
      ->excludes("step");
  command->add_flag("-f,--follow", arguments->follow,
                    "of a build that runs: what its steps write, until it ends");
  command->add_flag("--json", arguments->json, "print a JSON object for each line");
  command->footer(
      "Examples:\n"
      "  cooper logs\n"
      "  cooper logs app 'npm ci'\n"
      "  cooper logs --follow --step 'npm ci'\n"
      "  cooper logs --json");
  command->callback([arguments, &globals, &exit_code] {
    if (arguments->follow) {
      follow_logs(*arguments, globals);
    } else {
      print_logs(*arguments, globals);
    }
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
