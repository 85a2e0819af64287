#include "builder/change_forecast.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/path.h"
#include "builder/context/build_files.h"
#include "builder/dockerfile/pattern.h"

namespace cooper {
namespace {

using cache::RecordedStep;

// The path below a directory; nullopt when it lies elsewhere.
std::optional<std::string> below(const std::string& directory, const std::string& path) {
  if (directory == "/") return path.substr(1);
  if (!path.starts_with(directory + "/")) return std::nullopt;
  return path.substr(directory.size() + 1);
}

// True when `source` (a path or a pattern) takes the file, itself or in a directory.
bool takes(const std::string& source, const std::vector<std::string>& excludes,
           const std::string& file) {
  const std::string clean = base::clean_below_root(source);
  if (clean.empty()) return !dockerfile::IgnoreRules::from_patterns(excludes).ignores(file);
  std::string top = file;
  for (;;) {
    if (dockerfile::match_path(clean, top)) break;
    const std::string_view parent = base::parent_path(top);
    if (parent.empty()) return false;
    top = std::string(parent);
  }
  const std::string inside =
      top.size() == file.size() ? std::string(base::base_name(file)) : file.substr(top.size() + 1);
  return !dockerfile::IgnoreRules::from_patterns(excludes).ignores(inside);
}

class Forecaster {
 public:
  Forecaster(const cache::BuildRecord& build, std::string path)
      : build_(build), path_(std::move(path)) {}

  Forecast make() {
    std::map<std::size_t, Effect> effects;
    for (std::size_t i = 0; i < build_.steps.size(); ++i) {
      const RecordedStep& step = build_.steps[i];
      if (reads(step)) {
        effects[i] = Effect::reads;
      } else if (!step.alone && step.parent && effects.contains(*step.parent)) {
        const bool sure = effects[*step.parent] != Effect::may;
        effects[i] = sure ? Effect::follows : Effect::may;
      } else if (std::ranges::any_of(step.inputs,
                                     [&](std::size_t input) { return effects.contains(input); })) {
        effects[i] = Effect::may;
      }
    }
    Forecast forecast;
    for (const auto& [step, effect] : effects) forecast.steps.push_back({step, effect});
    forecast.remark = remark(effects.empty());
    return forecast;
  }

 private:
  [[nodiscard]] bool reads(const RecordedStep& step) {
    if (step.context.empty()) return false;
    const auto file = below(step.context, path_);
    if (!file) return false;
    in_context_ = true;
    if (context::read_ignore_rules(step.context, step.ignore_file).ignores(*file)) {
      ignored_ = true;
      return false;
    }
    return std::ranges::any_of(step.sources, [&](const std::string& source) {
      return takes(source, step.excludes, *file);
    });
  }

  [[nodiscard]] std::string remark(bool nothing) const {
    const auto is_that = [&](const std::string& file) {
      return std::filesystem::absolute(file).lexically_normal() == path_;
    };
    for (const RecordedStep& step : build_.steps) {
      if (step.ignore_file.empty()) continue;
      if (is_that(step.ignore_file))
        return "it is the Dockerfile: each instruction that changes is done again, and what stands "
               "on it";
      if (is_that(step.ignore_file + ".dockerignore") || is_that(step.context + "/.dockerignore"))
        return "it is the ignore file: a step that then takes other files is done again, and what "
               "stands on it";
    }
    if (!nothing) return "";
    if (ignored_) return "nothing would be rebuilt: a pattern of the ignore file leaves it out";
    if (in_context_) return "nothing would be rebuilt: no step takes it";
    throw base::Error(base::ErrorKind::usage, "tell what a change of", path_,
                      "it lies in no context of the build")
        .with_hint("give a file of the build context");
  }

  const cache::BuildRecord& build_;
  std::string path_;
  bool in_context_ = false, ignored_ = false;
};

}  // namespace

std::string_view to_string(Effect effect) {
  switch (effect) {
    case Effect::reads: return "reads";
    case Effect::follows: return "follows";
    case Effect::may: return "may";
  }
  return "unknown";
}

Forecast forecast_change(const cache::BuildRecord& build, const std::string& path) {
  return Forecaster(build, path).make();
}

}  // namespace cooper
