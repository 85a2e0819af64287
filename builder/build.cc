#include "builder/build.h"

#include <algorithm>

#include "base/error.h"
#include "base/trace.h"
#include "builder/build_platform.h"
#include "builder/build_recorder.h"
#include "builder/cache/miss_explainer.h"
#include "builder/cache/step_cache.h"
#include "builder/engine/local_executor.h"
#include "builder/engine/scheduler.h"
#include "builder/finish_images.h"
#include "builder/layer_secrets.h"
#include "builder/open_targets.h"
#include "builder/plan/source_date_epoch.h"
#include "builder/plan/try_plan.h"
#include "builder/resolve_epochs.h"
#include "builder/resolve_images.h"
#include "builder/shared_caches.h"
#include "builder/told_waits.h"
#include "builder/upkeep/collector.h"

namespace cooper {
namespace {

snapshot::Flavor flavor_of(const sandbox::Probe& probe) {
  if (!probe.overlay) return snapshot::Flavor::plain;
  return probe.overlay_userxattr ? snapshot::Flavor::overlay_userxattr : snapshot::Flavor::overlay;
}

// An error about a line of a Dockerfile shows the line.
void add_line_text(base::Error& error, const OpenTargets& targets) {
  if (!error.spot() || !error.spot()->line_text.empty()) return;
  base::SourceSpot spot = *error.spot();
  for (const OpenTarget& target : targets.targets) {
    const auto& file = *target.file;
    const auto line = static_cast<std::size_t>(std::max(spot.line, 1));
    if (file.file_name != spot.file || line > file.lines.size()) continue;
    spot.line_text = file.lines[line - 1];
    spot.length = static_cast<int>(spot.line_text.size());
    error.with_spot(spot);
    return;
  }
}

plan::Plan make_plan(const OpenTargets& targets, ImageResolver& resolver, std::stop_token stop) {
  // Facts are fetched between two pure calls: a resolved base may bring triggers that name further
  // images.
  for (;;) {
    std::vector<plan::ExternalImage> missing;
    try {
      missing = plan::list_external_images(targets.requests, resolver.images());
    } catch (const base::Error&) {
      return plan::try_plan(targets.requests, resolver.images());  // which tells it
    }
    if (missing.empty()) return plan::try_plan(targets.requests, resolver.images());
    const base::Span span("resolve", "base images");
    resolver.resolve(missing, stop);
  }
}

// "# syntax=" or the argument BUILDKIT_SYNTAX name a program that BuildKit would fetch and run in
// the place of its parser (P13).
void tell_ignored_syntax(const OpenTargets& targets, const BuildTools& tools) {
  std::set<std::string> told;
  const auto tell = [&](const std::string& syntax) {
    if (syntax.empty() || !tools.on_event || !told.insert(syntax).second) return;
    tools.on_event(
        engine::Remark{"syntax " + syntax + " is not fetched: cooper itself reads the Dockerfile"});
  };
  for (const plan::TargetRequest& request : targets.requests) {
    const auto argument = request.build_args.find("BUILDKIT_SYNTAX");
    tell(argument != request.build_args.end() ? argument->second : request.file->directives.syntax);
  }
}

void count_steps(const plan::BuildGraph& graph, const std::vector<engine::StepResult>& results,
                 BuildReport& report) {
  for (const plan::Step& step : graph.steps) {
    if (!step.parent) continue;  // bases are no work
    ++report.steps;
    if (results[step.id].cached) ++report.cached_steps;
  }
}

engine::EngineOptions engine_options(const BuildRequest& request, const BuildTools& tools) {
  engine::EngineOptions options;
  options.layers = request.layers;
  options.jobs = request.jobs;
  options.ssh_agent = tools.ssh_agent;
  options.cache_scope = request.cache_scope;
  options.on_kept = tools.on_kept;
  options.secret = [&request](const std::string& id) -> std::optional<std::string> {
    const auto found = request.secrets.find(id);
    if (found == request.secrets.end()) return std::nullopt;
    return found->second;
  };
  return options;
}

// Layers of shared caches are fetched late. One that is lost, damaged or was never there then costs
// the steps that it would have spared, not the build. Each time less is known, so it ends.
template <class Make>
BuildReport retry_without_caches(SharedCaches& caches, engine::LayerPool& layers,
                                 const Make& make) {
  for (;;) {
    try {
      return make();
    } catch (const base::Error& error) {
      if (!caches.give_up(error, layers)) throw;
    }
  }
}

BuildReport run(const BuildRequest& request, BuildTools& tools, OpenTargets& targets,
                std::stop_token stop) {
  if (tools.on_requests) tools.on_requests(targets.requests);
  ImageResolver resolver(tools);
  plan::Plan plan = make_plan(targets, resolver, stop);
  if (tools.on_plan) tools.on_plan(plan);
  if (plan.violation) throw base::Error(*plan.violation);
  if (runs_foreign_programs(plan.graph, request.host))
    require_runnable_platforms(plan.graph, request.host, Emulators::read());

  cache::StepCache cache(tools.store);
  cache::MissExplainer explainer(tools.store, cache);
  engine::LayerPool layers(tools.store, tools.on_event);
  for (const plan::BaseImage& image : plan.graph.images)
    layers.add_base(image, resolver.provider(image));
  snapshot::Snapshots snapshots(tools.store, flavor_of(tools.probe),
                                [&layers](const std::string& line) { layers.tell(line); });
  BuildRecorder recorder(request, plan.graph, targets, tools.store);
  std::optional<upkeep::SizeGuard> guard;
  if (request.limits) guard.emplace(tools.store, *request.limits);
  const engine::EventSink events = [&](const engine::Event& event) {
    recorder.on_event(event);
    tools.on_event(event);
    if (guard && std::holds_alternative<engine::StepFinished>(event)) guard->check();
  };
  const ToldWaits told_waits(tools.store, events);
  engine::Workshop shop{tools.store,
                        cache,
                        explainer,
                        layers,
                        snapshots,
                        tools.probe,
                        targets.open_contexts(plan.graph),
                        tools.fetcher,
                        git_access(request, tools),
                        engine_options(request, tools),
                        events};
  SharedCaches caches(request, tools, events, stop);
  shop.elsewhere = caches.source();
  shop.used = &caches.used();
  BuildReport report = retry_without_caches(caches, layers, [&] {
    engine::LocalExecutor executor(shop, plan.graph);
    const auto results = engine::execute(plan.graph, executor, request.jobs, events, stop);
    targets.save_indexes(tools.store);
    const FinishedSteps steps{plan.graph, targets.owners, results, caches.used()};
    BuildReport made = finish_images(request, tools, steps, layers, stop);
    count_steps(plan.graph, results, made);
    caches.keep_taken(cache, layers);
    caches.save(steps, layers);
    return made;
  });
  {
    const base::Span span("disk", "flush");
    tools.store.flush();
  }
  recorder.finish(report);
  report.collection_due = guard && guard->is_due();
  return report;
}

}  // namespace

BuildReport build(const BuildRequest& given, BuildTools& tools, std::stop_token stop) {
  BuildRequest request = given;
  OpenTargets targets = open_targets(request, tools, stop);
  try {
    resolve_epochs(targets, request, tools, stop);
    request.layers.clamp_mtime = plan::source_date_epoch(targets.requests);
    request.layers.secrets = secret_patterns(tools.store, request.secrets);
    tell_ignored_syntax(targets, tools);
    return run(request, tools, targets, stop);
  } catch (base::Error& error) {
    add_line_text(error, targets);
    throw;
  }
}

}  // namespace cooper
