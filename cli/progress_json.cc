#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/json_progress.h"
#include "cli/overloaded.h"

namespace cooper::cli {
namespace {

using Json = nlohmann::ordered_json;

Json step_event(plan::StepId step, const char* state) {
  return {{"event", "step"}, {"step", step + 1}, {"state", state}};
}

Json event_json(const engine::Event& event) {
  return std::visit(
      Overloaded{
          [](const engine::StepStarted& one) {
            Json json = step_event(one.step, "started");
            if (!one.changes.empty()) json["why"] = cache::summary(one.changes);
            return json;
          },
          [](const engine::StepCached& one) { return step_event(one.step, "cached"); },
          [](const engine::StepWaiting& one) { return step_event(one.step, "waiting"); },
          [](const engine::StepOutput& one) {
            return Json{{"event", "output"},
                        {"step", one.step + 1},
                        {"stream", one.stream == 2 ? "stderr" : "stdout"},
                        {"text", one.line}};
          },
          [](const engine::StepFinished& one) {
            Json json = step_event(one.step, "finished");
            json["milliseconds"] = one.milliseconds;
            return json;
          },
          [](const engine::StepFailed& one) {
            Json json = step_event(one.step, "failed");
            json["message"] = one.message;
            return json;
          },
          [](const engine::StepCancelled& one) { return step_event(one.step, "cancelled"); },
          [](const engine::Transfer& one) {
            return Json{{"event", "transfer"},
                        {"what", one.what},
                        {"done", one.done},
                        {"total", one.total}};
          },
          [](const engine::Remark& one) {
            return Json{{"event", "remark"}, {"text", one.text}};
          },
      },
      event);
}

Json plan_json(const plan::Plan& plan) {
  Json steps = Json::array();
  for (const plan::Step& step : plan.graph.steps) {
    steps.push_back({{"step", step.id + 1},
                     {"label", step.label},
                     {"stage", step.stage},
                     {"file", step.file_name},
                     {"line", step.where.first_line}});
  }
  return {{"event", "plan"}, {"steps", steps}, {"warnings", warning_lines(plan)}};
}

Json error_json(const base::Error& error) {
  Json json = {{"event", "error"}, {"message", error.what()}};
  if (error.spot()) {
    json["file"] = error.spot()->file;
    json["line"] = error.spot()->line;
  }
  if (!error.hint().empty()) json["hint"] = error.hint();
  return json;
}

Json result_json(const BuildReport& report) {
  Json images = Json::array();
  for (const BuiltImage& image : report.images) {
    images.push_back({{"name", image.name},
                      {"tags", image.tags},
                      {"digest", image.manifest.digest.to_string()},
                      {"pushed", image.pushed_bytes},
                      {"reused", image.reused_bytes}});
  }
  return {{"event", "result"},
          {"steps", report.steps},
          {"cached", report.cached_steps},
          {"images", images}};
}

void write_line(const ProgressOptions& options, ProgressClock::time_point begun, Json json) {
  const double seconds = std::chrono::duration<double>(options.now() - begun).count();
  json["seconds"] = std::round(seconds * 1000) / 1000;
  options.write(json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n");
}

}  // namespace

JsonProgress::JsonProgress(ProgressOptions options)
    : options_(std::move(options)), begun_(options_.now()) {}

void JsonProgress::on_plan(const plan::Plan& plan) {
  const std::lock_guard guard(mutex_);
  board_.set_plan(plan);
  write_line(options_, begun_, plan_json(plan));
}

void JsonProgress::on_event(const engine::Event& event) {
  const std::lock_guard guard(mutex_);
  if (const auto* started = std::get_if<engine::StepStarted>(&event)) {
    if (board_.first_run(started->step)) {
      write_line(options_, begun_, {{"event", "isolation"}, {"text", options_.isolation}});
    }
  }
  write_line(options_, begun_, event_json(event));
}

void JsonProgress::finish(const BuildEnd& end) {
  const std::lock_guard guard(mutex_);
  if (end.report != nullptr) {
    Json json = result_json(*end.report);
    if (!end.time_use.empty()) json["time"] = end.time_use;
    write_line(options_, begun_, std::move(json));
  }
  if (end.error != nullptr) write_line(options_, begun_, error_json(*end.error));
}

}  // namespace cooper::cli
