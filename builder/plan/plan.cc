#include "builder/plan/plan.h"

#include "builder/check/file_checks.h"
#include "builder/plan/graph_builder.h"
#include "builder/plan/reachable_stages.h"
#include "builder/plan/stage_planner.h"
#include "builder/plan/try_plan.h"

namespace cooper::plan {

namespace {

// --build-arg names that no ARG of the file declares and that mean nothing by themselves (row A9).
void note_unused_arguments(std::set<std::string>& out, const TargetRequest& request) {
  std::set<std::string> declared;
  const auto note = [&](const dockerfile::Instruction& instruction) {
    if (const auto* arg = std::get_if<dockerfile::Arg>(&instruction.payload)) {
      for (const auto& given : arg->args) declared.insert(given.first);
    }
  };
  for (const dockerfile::Instruction& instruction : request.file->global_args) note(instruction);
  for (const dockerfile::Stage& stage : request.file->stages) {
    for (const dockerfile::Instruction& instruction : stage.instructions) note(instruction);
  }
  for (const auto& given : request.build_args) {
    const std::string& name = given.first;
    if (declared.count(name) == 0 && !is_predefined_argument(name)) out.insert(name);
  }
}

// The image is for the platform that was asked for, whatever the base said; if none was, for the
// base's (row M15).
oci::Platform image_platform(const oci::Platform& base, const TargetRequest& request) {
  if (!request.platform_given) return oci::normalize(base);
  const oci::Platform& wanted = request.platform;
  const bool same = base.os == wanted.os && base.architecture == wanted.architecture;
  oci::Platform platform = base;
  platform.os = wanted.os;
  platform.architecture = wanted.architecture;
  if (!wanted.variant.empty() || !same) platform.variant = wanted.variant;
  if (!wanted.os_version.empty() || !same) platform.os_version = wanted.os_version;
  if (!wanted.os_features.empty() || !same) platform.os_features = wanted.os_features;
  return oci::normalize(std::move(platform));
}

TargetImage make_target(const TargetRequest& request, const StageTable& table,
                        const StageState& state) {
  TargetImage target;
  target.name = request.name.empty() ? table.at(table.target()).display_name : request.name;
  target.result = state.result;
  target.config = state.config;
  target.base_history = state.config.history.size();
  target.history = state.history;
  target.platform = image_platform(state.config.platform, request);
  target.config.platform = target.platform;
  return target;
}

// The target's stage and the stages it is built FROM.
std::set<std::size_t> shipped_stages(const StageTable& table) {
  std::set<std::size_t> stages = {table.target()};
  const Origin* base = &table.at(table.target()).base;
  while (const auto* stage = std::get_if<StageOrigin>(base)) {
    stages.insert(stage->stage);
    base = &table.at(stage->stage).base;
  }
  return stages;
}

class Planner {
 public:
  Planner(const std::vector<TargetRequest>& requests, const ResolvedImages& resolved)
      : requests_(requests), resolved_(resolved) {}

  void plan() {
    for (const TargetRequest& request : requests_)
      check::check_file(*request.file, make_reporter(request, remarks_));
    tables_.emplace(requests_, remarks_);
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      out_.outlines.push_back(plan_request(i));
      note_unused_arguments(out_.unused_build_args, requests_[i]);
    }
    out_.graph = graph_.take();
    out_.violation = remarks_.violation();
  }

  // What there is, also when plan() threw.
  Plan take() {
    out_.diagnostics = remarks_.take();
    return std::move(out_);
  }

 private:
  Outline plan_request(std::size_t index) {
    const StageTable& table = tables_->at(index);
    const TargetRequest& request = requests_[index];
    const std::set<std::size_t> planned =
        reachable_stages(table, resolved_, tables_->by_name()).stages;
    StageResults stages(table, planned);
    OutlineDraft outline;
    const std::set<std::size_t> shipped = shipped_stages(table);
    const PlanningInputs inputs{table,  index,   resolved_, tables_->by_name(), targets_, stages,
                                graph_, outline, shipped};
    for (const std::size_t stage : planned) stages.keep(stage, StagePlanner(inputs, stage).plan());
    StageState state = stages.use(table.target());
    for (const auto& [name, value] : request.labels) state.config.config.labels[name] = value;
    graph_.add_target(make_target(request, table, state));
    targets_.emplace(request.name, std::move(state));
    return outline.take(*table.at(table.target()).stage);
  }

  const std::vector<TargetRequest>& requests_;
  const ResolvedImages& resolved_;
  Remarks remarks_;
  std::optional<RequestTables> tables_;
  GraphBuilder graph_;
  Plan out_;
  std::map<std::string, StageState> targets_;
};

}  // namespace

Plan make_plan(const std::vector<TargetRequest>& requests, const ResolvedImages& resolved) {
  Planner planner(requests, resolved);
  planner.plan();
  return planner.take();
}

Plan try_plan(const std::vector<TargetRequest>& requests, const ResolvedImages& resolved) {
  Planner planner(requests, resolved);
  std::optional<base::Error> error;
  try {
    planner.plan();
  } catch (const base::Error& thrown) {
    error = thrown;
  }
  Plan plan = planner.take();
  if (error) plan.violation = std::move(error);
  return plan;
}

}  // namespace cooper::plan
