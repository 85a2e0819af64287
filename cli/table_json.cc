#include <nlohmann/json.hpp>

#include "cli/table.h"

namespace cooper::cli {

std::string table_json(const Table& table) {
  using Json = nlohmann::ordered_json;
  Json rows = Json::array();
  for (const auto& row : table.rows) {
    Json object = Json::object();
    for (std::size_t i = 0; i < row.size() && i < table.columns.size(); ++i) {
      std::visit([&](const auto& value) { object[table.columns[i]] = value; }, row[i].value);
    }
    rows.push_back(std::move(object));
  }
  return rows.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cooper::cli
