#include "builder/engine/local_executor.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <functional>
#include <memory>

#include "base/error.h"
#include "base/trace.h"
#include "builder/engine/copy_step.h"
#include "builder/engine/run_step.h"

namespace cooper::engine {

namespace {

// Names what a COPY makes layer after layer of as its input changes.
std::string line_of(const plan::BuildGraph& graph, const plan::Step& step,
                    const plan::CopyOp& copy) {
  const auto* context = std::get_if<plan::ContextInput>(&copy.from);
  return step.file_name + '\n' + step.label + '\n' +
         (context != nullptr ? graph.contexts[context->context].identity : "");
}

std::vector<bool> find_steps_below_runs(const plan::BuildGraph& graph) {
  std::vector<bool> below(graph.steps.size());
  for (std::size_t id = graph.steps.size(); id-- > 0;) {
    const plan::Step& step = graph.steps[id];
    if (step.parent && (below[id] || std::holds_alternative<plan::RunOp>(step.op)))
      below[*step.parent] = true;
  }
  return below;
}

}  // namespace

LocalExecutor::LocalExecutor(Workshop& shop, const plan::BuildGraph& graph)
    : shop_(shop), graph_(graph), leads_to_run_(find_steps_below_runs(graph)) {}

struct LocalExecutor::Work {
  std::optional<cache::KeyParts> quick;  // cheap to make; absent when there is no cheaper key
  std::function<cache::KeyParts()> content;
  std::function<layer::WrittenLayer()> make;
};

LocalExecutor::Work LocalExecutor::make_work(const plan::Step& step, StepInputs& inputs) {
  if (const auto* run = std::get_if<plan::RunOp>(&step.op)) {
    Work work;
    if (has_stage_mounts(*run)) work.quick = run_step_key(shop_, step, inputs, true);
    work.content = [this, &step, &inputs] { return run_step_key(shop_, step, inputs, false); };
    work.make = [this, &step, &inputs] { return run_step(shop_, step, inputs); };
    return work;
  }
  if (const auto* op = std::get_if<plan::CopyOp>(&step.op)) {
    const auto copy = std::make_shared<CopyStep>(shop_, step, inputs, line_of(graph_, step, *op));
    return {copy->quick_key(), [copy] { return copy->content_key(); },
            [copy] { return copy->make_layer(); }};
  }
  const auto& workdir = std::get<plan::WorkdirOp>(step.op);
  return {std::nullopt,
          [this, &step, &inputs, &workdir] {
            return cache::workdir_key(workdir, key_scope(shop_, step, inputs));
          },
          [this, &step, &inputs] { return make_workdir_layer(shop_, step, inputs); }};
}

StepResult LocalExecutor::execute(const plan::Step& step, std::span<const StepResult> results,
                                  std::stop_token stop) {
  if (std::holds_alternative<plan::ScratchOp>(step.op)) return {};
  if (const auto* base = std::get_if<plan::BaseOp>(&step.op)) {
    return {oci::LayerChain(graph_.images[base->image].config.diff_ids), 0, true};
  }
  StepInputs inputs(shop_, graph_, results, stop);
  Work work = make_work(step, inputs);
  StepResult result = look_up_or_do(step, work, inputs);
  if (const auto* copy = std::get_if<plan::CopyOp>(&step.op))
    shop_.snapshots.layers().set_line(result.layers.top(), line_of(graph_, step, *copy));
  return result;
}

std::vector<cache::Change> LocalExecutor::why_missed(const plan::Step& step,
                                                     const StepInputs& inputs,
                                                     const cache::KeyParts& parts) const {
  if (step.no_cache)
    return {{cache::ChangeKind::no_cache, "", "", "", "asked to run again: --no-cache"}};
  cache::MissedStep missed{step.label, step.file_name, "", "", ""};
  if (step.parent) {
    missed.parent_cached = inputs.result(*step.parent).cached;
    const plan::Step& parent = graph_.steps[*step.parent];
    missed.parent_label = parent.label;
    if (const auto* base = std::get_if<plan::BaseOp>(&parent.op)) {
      missed.base_image = graph_.images[base->image].name;
      missed.base_digest = graph_.images[base->image].manifest.digest.to_string();
    }
  }
  return shop_.explainer.explain(missed, parts.parts());
}

std::optional<cache::StepRecord> LocalExecutor::find_record(const cache::KeyParts& parts) {
  const cache::StepKey key = parts.key();
  if (auto record = shop_.cache.find(key)) return record;
  if (shop_.elsewhere == nullptr) return std::nullopt;
  auto found = shop_.elsewhere->find(key);
  if (!found) return std::nullopt;
  if (found->layer) {
    shop_.layers.add_shared(*found->layer);
  } else {
    shop_.layers.add_named(found->record.diff_id);
  }
  found->record.parts = parts.parts();
  if (shop_.used != nullptr && !shop_.layers.is_named(found->record.diff_id))
    shop_.used->note_taken(found->record);
  return std::move(found->record);
}

void LocalExecutor::add_quick_key(const plan::Step& step, const cache::StepRecord& record,
                                  const cache::KeyParts& quick) {
  cache::StepRecord alias = record;
  alias.key = quick.key();
  alias.parts = quick.parts();
  alias.content_key = record.key;
  note_use(step, alias);
  if (shop_.layers.is_named(record.diff_id)) return;
  if (shop_.used != nullptr && shop_.layers.is_shared(record.diff_id)) {
    shop_.used->note_taken(std::move(alias));
  } else {
    shop_.cache.put(alias);
  }
}

void LocalExecutor::note_use(const plan::Step& step, const cache::StepRecord& record) {
  if (shop_.used == nullptr) return;
  shop_.used->note(step.id, record);
  if (!record.content_key) return;
  cache::StepRecord content = record;
  content.key = *record.content_key;
  content.content_key.reset();
  shop_.used->note(step.id, std::move(content));
}

StepResult LocalExecutor::look_up_or_do(const plan::Step& step, Work& work, StepInputs& inputs) {
  const auto result_of = [&](const cache::StepRecord& record, bool cached) {
    StepResult result{inputs.parent_layers(step).with(record.diff_id), record.created, cached};
    if (cached)
      shop_.events(StepCached{step.id, record.content_key.value_or(record.key), record.diff_id});
    return result;
  };
  const auto find = [&](const cache::KeyParts& parts) -> std::optional<cache::StepRecord> {
    if (step.no_cache) return std::nullopt;
    auto record = find_record(parts);
    if (record) note_use(step, *record);
    return record;
  };
  if (work.quick) {
    if (const auto record = find(*work.quick)) return result_of(*record, true);
  }
  const cache::KeyParts parts = [&] {
    const base::Span span("hashing", step.label);
    return work.content();
  }();
  const auto find_content = [&]() -> std::optional<cache::StepRecord> {
    auto record = find(parts);
    if (record && work.quick) add_quick_key(step, *record, *work.quick);
    return record;
  };
  if (const auto record = find_content()) return result_of(*record, true);
  const store::Lock lock = [&] {
    const base::Span span("waiting", step.label);
    return shop_.cache.lock(parts.key(), inputs.stop(),
                            [&] { shop_.events(StepWaiting{step.id}); });
  }();
  if (const auto record = find_content())
    return result_of(*record, true);  // another process did it meanwhile
  return result_of(do_work(step, work, inputs, parts), false);
}

void LocalExecutor::unpack_below(const plan::Step& step, const StepInputs& inputs) {
  const auto* copy = std::get_if<plan::CopyOp>(&step.op);
  if (!leads_to_run_[step.id] || (copy != nullptr && copy->link)) return;
  // A whole tree would have to be copied for the next step.
  if (shop_.snapshots.flavor() == snapshot::Flavor::plain) return;
  const std::vector<oci::DiffId> below = inputs.parent_layers(step).list();
  if (std::ranges::all_of(below, [&](const auto& layer) { return shop_.layers.has_index(layer); }))
    return;
  const auto blob = [&](const oci::DiffId& id) { return shop_.layers.blob(id, inputs.stop()); };
  static_cast<void>(shop_.snapshots.layers().stack(below, blob, inputs.stop()));
}

cache::StepRecord LocalExecutor::do_work(const plan::Step& step, Work& work,
                                         const StepInputs& inputs, const cache::KeyParts& parts) {
  using Clock = std::chrono::steady_clock;
  shop_.events(StepStarted{step.id, parts.key(), why_missed(step, inputs, parts)});
  const auto begin = Clock::now();
  layer::WrittenLayer written = [&] {
    const bool runs = std::holds_alternative<plan::RunOp>(step.op);
    const base::Span span(runs ? "run" : "copy", step.label);
    if (!runs) unpack_below(step, inputs);
    return work.make();
  }();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  cache::StepRecord record{
      parts.key(),
      written.diff_id,
      shop_.options.layers.clamp_mtime.value_or(static_cast<std::int64_t>(::time(nullptr))),
      step.label,
      static_cast<std::uint64_t>(took.count()),
      parts.parts()};
  shop_.layers.remember(written.diff_id, std::move(written.index));
  shop_.cache.put(record);
  note_use(step, record);
  if (work.quick) add_quick_key(step, record, *work.quick);
  shop_.events(StepFinished{step.id, record.milliseconds, record.diff_id});
  return record;
}

}  // namespace cooper::engine
