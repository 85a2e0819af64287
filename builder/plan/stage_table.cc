#include "builder/plan/stage_table.h"

#include "base/suggest.h"
#include "builder/dockerfile/expand.h"
#include "builder/plan/at_spot.h"
#include "builder/plan/base_checks.h"
#include "builder/plan/named_context.h"
#include "builder/plan/stage_cycles.h"
#include "builder/plan/text.h"

namespace cooper::plan {

namespace {

using base::Error;
using base::ErrorKind;

void check_literal(const std::string& name, char escape) {
  const auto unset = [](std::string_view) { return std::optional<std::string>(); };
  if (dockerfile::expand(name, unset, escape).text == name) return;
  throw Error(ErrorKind::usage, "read --from", name, "variables are not expanded here")
      .with_hint("declare a stage for it: 'FROM " + name +
                 " AS name' with a global ARG, then use that name");
}

std::vector<std::string> stage_names(const std::vector<StageEntry>& stages) {
  std::vector<std::string> names;
  for (const StageEntry& entry : stages) {
    if (!entry.stage->name.empty()) names.push_back(entry.stage->name);
  }
  return names;
}

}  // namespace

StageTable::StageTable(const TargetRequest& request, Remarks& remarks)
    : request_(&request),
      reporter_(make_reporter(request, remarks)),
      globals_(make_global_scope(request)) {
  check_default_arguments(request, reporter_);
  for (std::size_t i = 0; i < file().stages.size(); ++i) {
    at_spot(file(), file().stages[i].where, [&] { add_stage(i); });
  }
  check_stage_cycles(file());
  find_target();
}

oci::Platform StageTable::stage_platform(StageEntry& entry, const dockerfile::From& from) const {
  if (!from.platform) return request_->platform;
  const dockerfile::Expansion expansion = expand_global(
      *from.platform, globals_, file().directives.escape, entry.stage->from, reporter_);
  check_platform_flag(*entry.stage, expansion, globals_, reporter_);
  if (expansion.text.empty()) {
    throw Error(ErrorKind::usage, "read FROM --platform", *from.platform,
                "the platform is empty after its variables were expanded");
  }
  entry.arguments.insert(expansion.used.begin(), expansion.used.end());
  return oci::normalize(oci::parse_platform(expansion.text, request_->build_platform));
}

void StageTable::add_stage(std::size_t index) {
  const dockerfile::Stage& stage = file().stages[index];
  const auto& from = std::get<dockerfile::From>(stage.from.payload);
  StageEntry entry;
  entry.stage = &stage;
  entry.display_name = stage.name.empty() ? "stage-" + std::to_string(index) : stage.name;
  dockerfile::Expansion base =
      expand_global(from.image, globals_, file().directives.escape, stage.from, reporter_);
  entry.base_name = std::move(base.text);
  entry.arguments.insert(base.used.begin(), base.used.end());
  if (entry.base_name.empty()) {
    throw Error(ErrorKind::usage, "read FROM", from.image,
                "the image name is empty after its variables were expanded");
  }
  entry.platform = stage_platform(entry, from);
  entry.base = base_origin(entry, index);
  if (!stage.name.empty()) {
    if (auto context = find_named_context(*request_, stage.name, entry.platform, stage.where)) {
      entry.base = *context;
      entry.replaced = true;
    }
  }
  stages_.push_back(std::move(entry));
}

Origin StageTable::base_origin(const StageEntry& entry, std::size_t index) const {
  const std::string& name = entry.base_name;
  for (std::size_t i = index; i-- > 0;) {
    if (stages_[i].stage->name == name) return StageOrigin{i};
  }
  if (name == "scratch") return ScratchOrigin{};
  const dockerfile::SourceRange& where = entry.stage->where;
  if (auto context = find_named_context(*request_, name, entry.platform, where)) return *context;
  try {
    return image_origin(*request_, name, entry.platform, where);
  } catch (Error& error) {
    for (const std::string& stage : stage_names(stages_)) {
      if (stage == lower_case(name)) {
        error.with_hint("stage names are lower case in FROM: write '" + stage + "'");
      }
    }
    throw;
  }
}

Origin StageTable::source(const std::string& name, std::size_t current,
                          const dockerfile::SourceRange& where) const {
  check_literal(name, file().directives.escape);
  const auto index = parse_unsigned(name, 10, 1'000'000);
  if (index) {
    if (*index >= stages_.size()) {
      throw Error(ErrorKind::usage, "find stage", name,
                  "there are " + std::to_string(stages_.size()) + " stages, counted from 0");
    }
    if (*index < current) return StageOrigin{static_cast<std::size_t>(*index)};
  }
  const std::string lower = lower_case(name);
  for (std::size_t i = current; i-- > 0;) {
    if (stages_[i].stage->name == lower) return StageOrigin{i};
  }
  for (std::size_t i = current; i < stages_.size(); ++i) {
    if (stages_[i].stage->name != lower && !(index && *index == i)) continue;
    throw Error(ErrorKind::usage, "copy from stage", name,
                "it must be defined before stage '" + stages_[current].display_name + "'");
  }
  if (name == "scratch") return ScratchOrigin{};
  const oci::Platform& platform = request_->platform;
  if (auto context = find_named_context(*request_, name, platform, where)) return *context;
  try {
    return image_origin(*request_, name, platform, where);
  } catch (Error& error) {
    if (const auto near = base::nearest_name(name, stage_names(stages_))) {
      error.with_hint("did you mean stage '" + *near + "'?");
    }
    throw;
  }
}

void StageTable::find_target() {
  if (stages_.empty()) {
    throw Error(ErrorKind::usage, "read", file().file_name, "it has no stage to build");
  }
  target_ = stages_.size() - 1;
  const std::string& wanted = request_->target_stage;
  if (wanted.empty()) return;
  const std::string lower = lower_case(wanted);
  for (std::size_t i = stages_.size(); i-- > 0;) {
    if (stages_[i].stage->name == lower) {
      target_ = i;
      return;
    }
  }
  const std::vector<std::string> names = stage_names(stages_);
  Error error(ErrorKind::usage, "find target stage", wanted,
              "no stage of " + file().file_name + " has this name");
  if (const auto near = base::nearest_name(lower, names)) {
    error.with_hint("did you mean '" + *near + "'?");
  } else if (!names.empty()) {
    error.with_hint("its stages are: " + join(names, ", "));
  }
  throw error;
}

}  // namespace cooper::plan
