#include "builder/plan/stage_planner.h"

#include <algorithm>

#include "base/limits.h"
#include "base/path.h"
#include "builder/check/copied_files.h"
#include "builder/check/file_checks.h"
#include "builder/plan/at_spot.h"
#include "builder/plan/base_checks.h"
#include "builder/plan/config_changes.h"
#include "builder/plan/copy_plan.h"
#include "builder/plan/history_text.h"
#include "builder/plan/run_plan.h"
#include "builder/plan/text.h"

namespace cooper::plan {

namespace {

// How many labels the stage will use: its outside base and everything that makes a step.
std::size_t label_count(const StageEntry& entry,
                        const std::vector<StageInstruction>& instructions) {
  const bool outside = !std::holds_alternative<StageOrigin>(entry.base) &&
                       !std::holds_alternative<ScratchOrigin>(entry.base) &&
                       !std::holds_alternative<TargetOrigin>(entry.base);
  std::size_t count = outside ? 1 : 0;
  for (const StageInstruction& instruction : instructions) {
    if (makes_step(instruction.instruction)) ++count;
  }
  return count;
}

const BaseImage& resolved_image(const ResolvedImages& resolved, const ExternalImage& image) {
  const auto found = resolved.find(image.key);
  if (found != resolved.end()) return found->second;
  throw base::Error(base::ErrorKind::not_found, "plan with image", image.name,
                    "it was not resolved");
}

bool wants_no_cache(const StageTable& table, std::size_t stage) {
  const TargetRequest& request = table.request();
  if (request.no_cache) return true;
  const std::string& name = table.at(stage).stage->name;
  if (name.empty()) return false;
  for (const std::string& wanted : request.no_cache_stages) {
    if (lower_case(wanted) == name) return true;
  }
  return false;
}

// A file of one stage needs no stage name in its labels.
std::string label_name(const StageTable& table, std::size_t stage) {
  std::string name = table.size() == 1 ? "" : table.at(stage).display_name;
  if (!table.request().show_platform) return name;
  return oci::to_string(table.at(stage).platform) + (name.empty() ? "" : " ") + name;
}

}  // namespace

StagePlanner::StagePlanner(const PlanningInputs& inputs, std::size_t stage)
    : in_(inputs),
      index_(stage),
      entry_(inputs.table.at(stage)),
      instructions_(stage_instructions(inputs.table, stage, inputs.resolved, inputs.tables)),
      label_(label_name(inputs.table, stage), label_count(entry_, instructions_)) {}

StageState StagePlanner::plan() {
  at_spot(in_.table.file(), entry_.stage->where, [&] { begin(); });
  in_.outline.add_global_arguments(in_.table, entry_);
  if (!entry_.replaced) check::check_stage(*entry_.stage, in_.table.reporter());
  for (const StageInstruction& entry : instructions_) {
    at_spot(in_.table.file(), entry.instruction.where, [&] { apply(entry); });
  }
  return std::move(state_);
}

void StagePlanner::begin() {
  std::visit([this](const auto& origin) { begin_with(origin); }, entry_.base);
  begin_stage(state_);
}

void StagePlanner::begin_with(const ScratchOrigin&) {
  const oci::Platform& platform = in_.table.request().platform;
  state_ = empty_state(platform);
  state_.result =
      add_step(std::nullopt, ScratchOp{}, platform, "FROM scratch", entry_.stage->where);
}

void StagePlanner::begin_with(const StageOrigin& origin) { state_ = in_.stages.use(origin.stage); }

void StagePlanner::begin_with(const ImageOrigin& origin) {
  const BaseImage& image = resolved_image(in_.resolved, origin.image);
  state_ = state_of_image(image, origin.image.platform);
  if (has_layers(image) && !entry_.replaced) {
    check_base_platform(entry_.base_name, entry_.platform, image.config.platform,
                        entry_.stage->from, in_.table.reporter());
  }
  state_.result = image_step(origin.image, label_.next("FROM " + origin.image.location, false));
}

// A directory as a base: an image with no configuration that holds the directory's files.
void StagePlanner::begin_with(const ContextOrigin& origin) {
  state_ = empty_state(entry_.platform);
  const dockerfile::SourceRange& where = entry_.stage->where;
  const StepId empty = add_step(std::nullopt, ScratchOp{}, entry_.platform, "FROM scratch", where);
  CopyOp op;
  op.from = ContextInput{context(origin.context)};
  op.sources.push_back(CopySource{CopySource::Kind::path, "/", ""});
  op.destination = "/";
  const std::string text = "FROM " + origin.context;
  state_.result = add_step(empty, op, entry_.platform, label_.next(text, false), where);
  state_.history.push_back(HistoryItem{state_.result, text + " # buildkit"});
}

void StagePlanner::begin_with(const TargetOrigin& origin) {
  state_ = in_.targets.at(origin.target);
}

void StagePlanner::apply(const StageInstruction& entry) {
  const dockerfile::Instruction& instruction = entry.instruction;
  const Expander expander(state_, in_.table.file().directives.escape, instruction,
                          in_.table.reporter());
  if (const auto* run_payload = std::get_if<dockerfile::Run>(&instruction.payload)) {
    run(*run_payload, entry, expander);
  } else if (const auto* copy_payload = std::get_if<dockerfile::Copy>(&instruction.payload)) {
    copy(*copy_payload, entry, expander);
  } else if (const auto* dir_payload = std::get_if<dockerfile::Workdir>(&instruction.payload)) {
    workdir(*dir_payload, entry, expander);
  } else {
    const std::size_t known = state_.args.size();
    const ChangeInputs inputs{expander, in_.table.globals(), in_.table.request().build_args};
    auto created_by = apply_change(state_, cmd_given_, instruction, inputs);
    if (created_by) add_history(std::nullopt, std::move(*created_by));
    for (std::size_t i = known; i < state_.args.size(); ++i) outline_argument(i, instruction);
  }
}

// One that only takes the value of a global argument is told where that one is declared.
void StagePlanner::outline_argument(std::size_t index, const dockerfile::Instruction& instruction) {
  const auto& argument = state_.args[index];
  const auto& declared = std::get<dockerfile::Arg>(instruction.payload).args;
  const bool has_default = std::any_of(declared.begin(), declared.end(), [&](const auto& each) {
    return each.first == argument.name && each.second;
  });
  const bool given = in_.table.request().build_args.count(argument.name) != 0;
  if (!has_default && !given && in_.table.globals().values.get(argument.name)) {
    in_.outline.add_global_argument(in_.table, argument.name);
  } else {
    in_.outline.add_argument(argument.name, argument.value.value_or(""), instruction);
  }
}

void StagePlanner::run(const dockerfile::Run& run, const StageInstruction& entry,
                       const Expander& expander) {
  const FindInput find_input = [&](const std::string& from) {
    return source(from, entry.instruction.where);
  };
  RunOp op = plan_run(run, state_, in_.table.request(), expander, find_input);
  in_.outline.add_mounts(op.mounts, entry.instruction);
  check::check_install(state_.installs, entry.instruction, in_.table.reporter());
  std::string created_by = run_text(op.argv, state_);
  add_layer(std::move(op), entry, std::move(created_by));
}

void StagePlanner::copy(const dockerfile::Copy& copy, const StageInstruction& entry,
                        const Expander& expander) {
  PlannedCopy planned = plan_copy(copy, state_, expander);
  const bool reads_paths =
      std::any_of(planned.op.sources.begin(), planned.op.sources.end(),
                  [](const CopySource& each) { return each.kind == CopySource::Kind::path; });
  if (reads_paths || copy.from) {
    planned.op.from = source(copy.from.value_or(""), entry.instruction.where);
  }
  if (!copy.from) check_copy(copy, planned.op, entry);
  std::string created_by = copy_text(planned.op, planned.destination);
  add_layer(std::move(planned.op), entry, std::move(created_by));
}

void StagePlanner::check_copy(const dockerfile::Copy& copy, const CopyOp& op,
                              const StageInstruction& entry) {
  check::ContextCopy facts{
      entry.instruction, copy.add, {}, op.excludes, in_.shipped.count(index_) != 0};
  for (const CopySource& source : op.sources) {
    if (source.kind == CopySource::Kind::path) facts.sources.push_back(source.path);
  }
  if (facts.sources.empty()) return;
  if (std::any_of(facts.sources.begin(), facts.sources.end(), check::is_whole_context))
    check::note_source_copy(state_.installs, entry.instruction);
  const check::ContextFacts* known = in_.table.request().facts;
  if (known != nullptr) check::check_copied_files(*known, facts, in_.table.reporter());
}

void StagePlanner::workdir(const dockerfile::Workdir& workdir, const StageInstruction& entry,
                           const Expander& expander) {
  std::string& current = state_.config.config.working_dir;
  const std::string wanted = expander.word(workdir.path);
  if (!state_.workdir_set && !wanted.starts_with('/')) {
    expander.report("WorkdirRelativePath",
                    "Relative workdir " + check::quoted(wanted) +
                        " can have unexpected results if the base image changes");
  }
  state_.workdir_set = true;
  // As written if it is absolute: "/app/" stays "/app/" in the configuration.
  if (current.empty()) current = "/";
  if (wanted.starts_with('/')) {
    current = wanted;
  } else if (!wanted.empty()) {
    current = base::join_path(base::join_path("/", current), wanted);
  }
  const std::string created_by = "WORKDIR " + current;
  if (current == "/") {
    add_history(std::nullopt, created_by);
    return;
  }
  add_layer(WorkdirOp{base::clean_path(current), state_.config.config.user}, entry, created_by);
}

// The history holds every expanded value that goes into the configuration, so its size bounds the
// configuration's.
void StagePlanner::add_history(std::optional<StepId> step, std::string created_by) {
  history_bytes_ += created_by.size();
  if (const std::uint64_t most = base::limit_of(base::Limit::document_bytes);
      history_bytes_ > most) {
    throw base::limit_error(
        base::Limit::document_bytes, "plan stage", entry_.display_name,
        "its image configuration would be larger than " + std::to_string(most) + " bytes");
  }
  state_.history.push_back(HistoryItem{step, std::move(created_by)});
}

void StagePlanner::add_layer(Op op, const StageInstruction& entry, std::string created_by) {
  const std::string label = label_.next(instruction_text(entry.instruction), entry.triggered);
  state_.result =
      add_step(state_.result, std::move(op), state_.platform, label, entry.instruction.where);
  add_history(state_.result, std::move(created_by));
}

StepId StagePlanner::add_step(std::optional<StepId> parent, Op op, const oci::Platform& platform,
                              std::string label, const dockerfile::SourceRange& where) {
  Step step;
  step.parent = parent;
  step.op = std::move(op);
  step.platform = platform;
  step.stage = entry_.display_name;
  step.label = std::move(label);
  step.where = where;
  step.file_name = in_.table.file().file_name;
  step.no_cache = wants_no_cache(in_.table, index_);
  return in_.graph.add(std::move(step));
}

StepId StagePlanner::image_step(const ExternalImage& image, const std::string& label) {
  const BaseImage& base = resolved_image(in_.resolved, image);
  if (!has_layers(base)) {
    return add_step(std::nullopt, ScratchOp{}, image.platform, label, image.where);
  }
  return add_step(std::nullopt, BaseOp{in_.graph.add_image(base)}, image.platform, label,
                  image.where);
}

std::size_t StagePlanner::context(const std::string& name) {
  return in_.graph.add_context(in_.table.request(), in_.request_index, name);
}

Input StagePlanner::source(const std::string& name, const dockerfile::SourceRange& where) {
  if (name.empty()) return ContextInput{context("")};
  const Origin origin = in_.table.source(name, index_, where);
  if (const auto* stage = std::get_if<StageOrigin>(&origin)) {
    return StepInput{in_.stages.step(stage->stage)};
  }
  if (const auto* image = std::get_if<ImageOrigin>(&origin)) {
    return StepInput{image_step(image->image, "FROM " + image->image.location)};
  }
  if (const auto* directory = std::get_if<ContextOrigin>(&origin)) {
    return ContextInput{context(directory->context)};
  }
  if (const auto* target = std::get_if<TargetOrigin>(&origin)) {
    return StepInput{in_.targets.at(target->target).result};
  }
  const oci::Platform& platform = in_.table.request().platform;
  return StepInput{add_step(std::nullopt, ScratchOp{}, platform, "FROM scratch", where)};
}

}  // namespace cooper::plan
