#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/time_use.h"

namespace cooper::cli {

std::string trace_json(const std::vector<base::TraceEvent>& events) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  list.push_back({{"name", "process_name"},
                  {"ph", "M"},
                  {"pid", 1},
                  {"tid", 0},
                  {"args", {{"name", "cooper"}}}});
  for (const base::TraceEvent& event : events) {
    list.push_back({{"name", base::printable(event.name)},
                    {"cat", event.category},
                    {"ph", "X"},
                    {"ts", event.begin},
                    {"dur", event.end - event.begin},
                    {"pid", 1},
                    {"tid", event.thread}});
  }
  const Json document = {{"displayTimeUnit", "ms"}, {"traceEvents", std::move(list)}};
  return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cooper::cli
