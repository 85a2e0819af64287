#include <nlohmann/json.hpp>

#include "base/error.h"
#include "smoke/smoke_run.h"

namespace cooper::smoke {
namespace {

using Json = nlohmann::ordered_json;

double seconds(Milliseconds time) { return static_cast<double>(time.count()) / 1000; }

Json to_value(const StepResult& step) {
  Json value{{"step", step.step}, {"ok", step.held}, {"seconds", seconds(step.time)}};
  if (!step.detail.empty()) value["detail"] = base::printable(step.detail);
  return value;
}

}  // namespace

std::string to_json(const Report& report) {
  Json value{{"image", report.image},
             {"digest", report.digest},
             {"passed", report.passed},
             {"seconds", seconds(report.time)},
             {"steps", Json::array()}};
  for (const StepResult& step : report.steps) value["steps"].push_back(to_value(step));
  for (const ContainerLog& log : report.logs) {
    Json& lines = value["output"][log.name];
    for (const std::string& line : log.lines) lines.push_back(base::printable(line));
  }
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cooper::smoke
