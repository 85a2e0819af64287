#include "cli/recorded_steps.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/error.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;
using cache::BuildRecord;
using cache::RecordedTarget;

bool is_named(const RecordedTarget& target, const std::string& name) {
  return target.name == name || target.stage == name ||
         std::ranges::any_of(target.tags, [&](const std::string& tag) {
           return tag == name || tag.ends_with("/" + name);
         });
}

// The steps of the targets of that name; those of a stage of that name if there are none.
std::vector<std::size_t> steps_of(const BuildRecord& build, const std::string& name) {
  std::set<std::size_t> steps;
  for (const RecordedTarget& target : build.targets) {
    if (!name.empty() && !is_named(target, name)) continue;
    for (const std::size_t step : build.steps_of(target)) steps.insert(step);
  }
  for (std::size_t i = 0; i < build.steps.size() && steps.empty(); ++i) {
    if (build.steps[i].stage == name) {
      for (std::size_t k = i; k < build.steps.size(); ++k) {
        if (build.steps[k].stage == name) steps.insert(k);
      }
    }
  }
  return {steps.begin(), steps.end()};
}

std::optional<std::size_t> number_of(std::string_view text) {
  if (text.starts_with('#')) text.remove_prefix(1);
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

BuildRecord newest_build(const cache::BuildHistory& history, const std::string& id,
                         const std::string& target) {
  if (!id.empty()) {
    const auto ids = history.ids();
    const auto known = std::ranges::find_if(
        ids, [&](const std::string& one) { return one == id || one.ends_with("-" + id); });
    if (known != ids.end()) {
      if (auto build = history.read(*known)) return std::move(*build);
    }
    throw Error(ErrorKind::not_found, "find build", id, "there is no record of it")
        .with_hint("cooper cache ls --kind build lists them");
  }
  for (const std::string& one : history.ids()) {
    auto build = history.read(one);
    if (build && (target.empty() || !steps_of(*build, target).empty())) return std::move(*build);
  }
  if (target.empty())
    throw Error(ErrorKind::not_found, "find the last build", "", "nothing was built yet");
  throw Error(ErrorKind::not_found, "find a build of", target,
              "no build had a target, tag or stage of this name");
}

std::vector<std::size_t> chosen(const BuildRecord& build, std::vector<std::size_t> steps,
                                const std::string& text) {
  const auto number = number_of(text);
  std::erase_if(steps, [&](std::size_t step) {
    return number ? step + 1 != *number : build.steps[step].label.find(text) == std::string::npos;
  });
  if (steps.empty())
    throw Error(ErrorKind::not_found, "find step", text, "the build has no such step");
  return steps;
}

}  // namespace

std::optional<Question> find_running(const std::vector<BuildRecord>& builds,
                                     const std::string& what, const std::string& step) {
  const bool only_step = step.empty() && number_of(what).has_value();
  const std::string which = only_step ? what : step;
  for (const BuildRecord& build : builds) {
    const bool whole =
        what.empty() || only_step || build.id == what || build.id.ends_with("-" + what);
    std::vector<std::size_t> steps = steps_of(build, whole ? std::string() : what);
    if (steps.empty()) continue;
    if (!which.empty()) steps = chosen(build, std::move(steps), which);
    return Question{build, std::move(steps)};
  }
  return std::nullopt;
}

Question find_question(const cache::BuildHistory& history, const std::string& build,
                       const std::string& target, const std::string& step) {
  const bool only_step = step.empty() && number_of(target).has_value();
  const std::string name = only_step ? std::string() : target;
  const std::string which = only_step ? target : step;
  Question question{newest_build(history, build, name), {}};
  question.steps = steps_of(question.build, name);
  if (!name.empty() && question.steps.empty())
    throw Error(ErrorKind::not_found, "find target", name, "the build has no such target");
  if (!which.empty()) question.steps = chosen(question.build, question.steps, which);
  return question;
}

}  // namespace cooper::cli
