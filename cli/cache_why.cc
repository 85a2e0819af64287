// cooper cache why: why each step of a build was a hit or not.
#include <algorithm>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "builder/cache/build_history.h"
#include "builder/change_forecast.h"
#include "cli/build_summary.h"
#include "cli/cache_commands.h"
#include "cli/cache_documents.h"
#include "cli/colour.h"
#include "cli/exit_code.h"
#include "cli/recorded_steps.h"
#include "cli/session.h"

namespace cooper::cli {
namespace {

using cache::BuildRecord;
using cache::RecordedStep;
using cache::StepOutcome;

constexpr std::size_t kChangesShown = 10;

struct Arguments {
  std::string target, step, build, if_changed;
  bool json = false;
};

const char* word_of(StepOutcome outcome, bool base) {
  if (base) return "base";
  switch (outcome) {
    case StepOutcome::none: return "not reached";
    case StepOutcome::cached: return "hit";
    case StepOutcome::done: return "miss";
    case StepOutcome::failed: return "failed";
    case StepOutcome::cancelled: return "stopped";
  }
  return "";
}

void print_step(const BuildRecord& build, std::size_t number, const Painter& paint) {
  const RecordedStep& step = build.steps[number];
  const bool base = step.operation == "base" || step.operation == "scratch";
  const char* word = word_of(step.outcome, base);
  const Colour colour = step.outcome == StepOutcome::cached   ? Colour::green
                        : step.outcome == StepOutcome::done   ? Colour::yellow
                        : step.outcome == StepOutcome::failed ? Colour::red
                                                              : Colour::dim;
  std::cout << "#" << number + 1 << " " << paint(colour, word) << "  "
            << base::printable(step.label);
  if (step.milliseconds > 0)
    std::cout << "  " << seconds_text(static_cast<double>(step.milliseconds) / 1000);
  if (base && !step.image_digest.empty()) std::cout << "  " << step.image_digest.substr(0, 19);
  std::cout << "\n";
  for (std::size_t i = 0; i < step.changes.size() && i < kChangesShown; ++i)
    std::cout << "     " << paint(Colour::yellow, base::printable(step.changes[i].text)) << "\n";
  const std::size_t shown = std::min(step.changes.size(), kChangesShown);
  const std::uint64_t more = step.changes.size() - shown + step.more_changes;
  if (more > 0) std::cout << "     and " << more << " more\n";
}

std::string targets_text(const BuildRecord& build) {
  std::string text;
  for (const cache::RecordedTarget& target : build.targets)
    text += (text.empty() ? "" : ", ") + base::printable(BuildRecord::name_of(target));
  return text;
}

void print_why(const BuildRecord& build, const std::vector<std::size_t>& steps) {
  const Painter paint = Painter::of_stdout();
  std::cout << "build " << build.id << " of " << targets_text(build) << ", "
            << age_text(build.started, static_cast<std::int64_t>(::time(nullptr))) << " ago, "
            << seconds_text(static_cast<double>(build.milliseconds) / 1000) << "\n";
  if (!build.error.empty())
    std::cout << paint(Colour::red, "it failed: " + base::printable(build.error)) << "\n";
  for (const std::size_t step : steps) print_step(build, step, paint);
  std::cout << std::flush;
}

void print_forecast(const BuildRecord& build, const std::string& path, bool json) {
  const std::string full = std::filesystem::absolute(path).lexically_normal().string();
  const Forecast forecast = forecast_change(build, full);
  if (json) {
    std::cout << forecast_json(build, path, forecast) << std::flush;
    return;
  }
  const Painter paint = Painter::of_stdout();
  if (!forecast.remark.empty()) std::cout << forecast.remark << "\n";
  for (const Forecast::Rebuilt& one : forecast.steps) {
    const char* word = one.effect == Effect::reads ? "reads it"
                       : one.effect == Effect::follows
                           ? "stands on such a step"
                           : "only if what it copies comes out otherwise";
    const RecordedStep& step = build.steps[one.step];
    std::cout << "#" << one.step + 1 << " " << base::printable(step.label) << "  "
              << paint(one.effect == Effect::may ? Colour::dim : Colour::yellow, word) << "\n";
  }
  std::cout << std::flush;
}

void why(const Arguments& arguments, const Globals& globals) {
  const store::Store store = store::Store::open(globals.root);
  const Question question =
      find_question(cache::BuildHistory(store), arguments.build, arguments.target, arguments.step);
  if (!arguments.if_changed.empty()) {
    print_forecast(question.build, arguments.if_changed, arguments.json);
  } else if (arguments.json) {
    std::cout << build_json(question.build, question.steps) << std::flush;
  } else {
    print_why(question.build, question.steps);
  }
}

}  // namespace

void add_cache_why(CLI::App& cache, const Globals& globals, int& exit_code) {
  CLI::App* command =
      cache.add_subcommand("why", "why each step of the last build was a hit, or what had changed");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("target", arguments->target,
                      "target, tag or stage of a build (default: all of the last build)");
  command->add_option("step", arguments->step, "number of a step, or a part of its text");
  command->add_option("--build", arguments->build, "name of a build, from cache ls --kind build");
  command->add_option("--if-changed", arguments->if_changed,
                      "tell what a change of this file would rebuild");
  command->add_flag("--json", arguments->json, "print a JSON object");
  command->footer(
      "Examples:\n"
      "  cooper cache why\n"
      "  cooper cache why app 5\n"
      "  cooper cache why --if-changed composer.lock");
  command->callback([arguments, &globals, &exit_code] {
    why(*arguments, globals);
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
