#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/cache_documents.h"

namespace cooper::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json step_json(const cache::BuildRecord& build, std::size_t number) {
  const cache::RecordedStep& step = build.steps[number];
  Json json{{"step", number + 1},
            {"label", step.label},
            {"stage", step.stage},
            {"file", step.file},
            {"line", step.line},
            {"operation", step.operation},
            {"outcome", to_string(step.outcome)}};
  if (!step.key.empty()) json["key"] = step.key;
  if (step.layer) json["layer"] = step.layer->to_string();
  if (!step.image.empty()) json["image"] = step.image;
  if (!step.image_digest.empty()) json["digest"] = step.image_digest;
  json["milliseconds"] = step.milliseconds;
  json["changes"] = Json::array();
  for (const cache::Change& change : step.changes) {
    json["changes"].push_back({{"kind", to_string(change.kind)},
                               {"name", change.name},
                               {"before", change.before},
                               {"after", change.after},
                               {"text", change.text}});
  }
  json["moreChanges"] = step.more_changes;
  return json;
}

}  // namespace

std::string build_json(const cache::BuildRecord& build, const std::vector<std::size_t>& steps) {
  Json json{{"build", build.id},
            {"started", build.started},
            {"milliseconds", build.milliseconds},
            {"error", build.error}};
  json["targets"] = Json::array();
  for (const cache::RecordedTarget& target : build.targets) {
    json["targets"].push_back(
        {{"name", cache::BuildRecord::name_of(target)}, {"digest", target.digest}});
  }
  json["steps"] = Json::array();
  for (const std::size_t step : steps) json["steps"].push_back(step_json(build, step));
  return dumped(json);
}

std::string forecast_json(const cache::BuildRecord& build, const std::string& path,
                          const Forecast& forecast) {
  Json json{{"build", build.id}, {"path", path}, {"remark", forecast.remark}};
  json["steps"] = Json::array();
  for (const Forecast::Rebuilt& one : forecast.steps) {
    json["steps"].push_back({{"step", one.step + 1},
                             {"label", build.steps[one.step].label},
                             {"effect", to_string(one.effect)}});
  }
  return dumped(json);
}

std::string age_text(std::int64_t then, std::int64_t now) {
  const std::int64_t age = std::max<std::int64_t>(0, now - then);
  if (age < 120) return std::to_string(age) + "s";
  if (age < 2 * 3600) return std::to_string(age / 60) + "m";
  if (age < 2 * 86400) return std::to_string(age / 3600) + "h";
  return std::to_string(age / 86400) + "d";
}

std::string log_line_json(const std::string& build, std::size_t step, const std::string& label,
                          const cache::LogLine& line) {
  const Json json{{"build", build},        {"step", step + 1},
                  {"label", label},        {"milliseconds", line.milliseconds},
                  {"stream", line.stream}, {"line", line.text}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cooper::cli
