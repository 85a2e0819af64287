#include "builder/build_recorder.h"

#include <algorithm>

#include "builder/cache/build_history.h"

namespace cooper {
namespace {

using cache::RecordedStep;
using cache::StepOutcome;

std::string operation_of(const plan::Step& step) {
  if (std::holds_alternative<plan::ScratchOp>(step.op)) return "scratch";
  if (std::holds_alternative<plan::BaseOp>(step.op)) return "base";
  if (std::holds_alternative<plan::RunOp>(step.op)) return "run";
  if (std::holds_alternative<plan::WorkdirOp>(step.op)) return "workdir";
  return std::get<plan::CopyOp>(step.op).add ? "add" : "copy";
}

class StepDescriber {
 public:
  StepDescriber(const plan::BuildGraph& graph, const OpenTargets& targets)
      : graph_(graph), targets_(targets) {}

  [[nodiscard]] RecordedStep describe(const plan::Step& step) const {
    RecordedStep record;
    record.operation = operation_of(step);
    record.label = step.label;
    record.stage = step.stage;
    record.file = step.file_name;
    record.line = step.where.first_line;
    record.parent = step.parent;
    for (const plan::StepId input : plan::inputs_of(step)) {
      if (input != step.parent) record.inputs.push_back(input);
    }
    if (const auto* base = std::get_if<plan::BaseOp>(&step.op)) {
      const plan::BaseImage& image = graph_.images[base->image];
      record.image = image.name;
      record.image_digest = image.manifest.digest.to_string();
      record.base_layers = image.config.diff_ids;
    } else if (const auto* copy = std::get_if<plan::CopyOp>(&step.op)) {
      add_context(record, copy->from);
      for (const plan::CopySource& source : copy->sources) {
        if (source.kind == plan::CopySource::Kind::path) record.sources.push_back(source.path);
      }
      record.excludes = copy->excludes;
      record.alone =
          copy->link && copy->chown.find_first_not_of("0123456789:") == std::string::npos;
    } else if (const auto* run = std::get_if<plan::RunOp>(&step.op)) {
      for (const plan::MountOp& mount : run->mounts) {
        if (!std::holds_alternative<plan::ContextInput>(mount.input)) continue;
        add_context(record, mount.input);
        record.sources.push_back(mount.source);
      }
    }
    return record;
  }

 private:
  void add_context(RecordedStep& record, const plan::Input& input) const {
    const auto* context = std::get_if<plan::ContextInput>(&input);
    if (context == nullptr) return;
    const plan::ContextUse& use = graph_.contexts[context->context];
    const OpenTarget& target = targets_.targets.at(use.request);
    const OpenContext& opened = target.contexts.at(use.name);
    if (opened.tree || opened.checked_out) return;  // no directory that stays
    record.context = opened.directory;
    // A named context has its own ignore file.
    if (use.name.empty()) record.ignore_file = target.dockerfile_path;
  }

  const plan::BuildGraph& graph_;
  const OpenTargets& targets_;
};

void add_changes(RecordedStep& step, const std::vector<cache::Change>& changes) {
  const std::size_t kept = std::min(changes.size(), cache::BuildRecord::kMaxChanges);
  step.changes.assign(changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(kept));
  step.more_changes = changes.size() - kept;
}

}  // namespace

BuildRecorder::BuildRecorder(const BuildRequest& request, const plan::BuildGraph& graph,
                             const OpenTargets& targets, const store::Store& store)
    : store_(store), begun_(std::chrono::steady_clock::now()) {
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  record_.started = now.count() / 1'000'000;
  record_.microseconds = static_cast<std::uint32_t>(now.count() % 1'000'000);
  record_.id = cache::BuildHistory::new_id(record_);
  logs_.emplace(store_, record_.id);
  const StepDescriber describer(graph, targets);
  for (const plan::Step& step : graph.steps) record_.steps.push_back(describer.describe(step));
  for (std::size_t i = 0; i < graph.targets.size() && i < request.targets.size(); ++i) {
    const plan::TargetImage& target = graph.targets[i];
    // A stage without steps of its own ends in another one's.
    const std::string& asked = request.targets[i].stage;
    record_.targets.push_back({request.targets[i].name,
                               asked.empty() ? record_.steps[target.result].stage : asked,
                               request.targets[i].tags, target.result, ""});
  }
  record_.error = "it was not finished";
}

BuildRecorder::~BuildRecorder() {
  if (written_) return;
  try {
    write();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): the build's own error matters
  }
}

void BuildRecorder::on_event(const engine::Event& event) {
  const std::lock_guard guard(mutex_);
  if (const auto* output = std::get_if<engine::StepOutput>(&event)) {
    logs_->add(output->step, output->stream, output->line);
  } else if (const auto* cached = std::get_if<engine::StepCached>(&event)) {
    RecordedStep& step = record_.steps.at(cached->step);
    step.outcome = StepOutcome::cached;
    step.key = cached->key.hex;
    step.layer = cached->layer;
  } else if (const auto* started = std::get_if<engine::StepStarted>(&event)) {
    record_.steps.at(started->step).key = started->key.hex;
    add_changes(record_.steps[started->step], started->changes);
    if (record_.steps[started->step].operation == "run") {
      logs_->announce([this] { return cache::to_text(record_); });
      logs_->begin(started->step);
    }
  } else if (const auto* finished = std::get_if<engine::StepFinished>(&event)) {
    RecordedStep& step = record_.steps.at(finished->step);
    step.outcome = StepOutcome::done;
    step.milliseconds = finished->milliseconds;
    step.layer = finished->layer;
    logs_->end(finished->step);
  } else if (const auto* failed = std::get_if<engine::StepFailed>(&event)) {
    record_.steps.at(failed->step).outcome = StepOutcome::failed;
    record_.error = failed->message;
  } else if (const auto* cancelled = std::get_if<engine::StepCancelled>(&event)) {
    record_.steps.at(cancelled->step).outcome = StepOutcome::cancelled;
  }
}

void BuildRecorder::finish(const BuildReport& report) {
  {
    const std::lock_guard guard(mutex_);
    record_.error.clear();
    for (std::size_t i = 0; i < record_.targets.size() && i < report.images.size(); ++i)
      record_.targets[i].digest = report.images[i].manifest.digest.to_string();
  }
  write();
}

void BuildRecorder::write() {
  const std::lock_guard guard(mutex_);
  written_ = true;
  const auto took = std::chrono::steady_clock::now() - begun_;
  record_.milliseconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
  const cache::BuildHistory history(store_);
  history.put(record_);
  if (logs_->has_written()) cache::StepLogs(store_).trim(history.ids());
}

}  // namespace cooper
