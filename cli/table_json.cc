#include <nlohmann/json.hpp>

#include "cli/row_format.h"
#include "cli/table.h"

namespace cooper::cli {

using Json = nlohmann::ordered_json;

std::string table_json(const Table& table) {
  Json rows = Json::array();
  for (const auto& row : table.rows) {
    Json object = Json::object();
    for (std::size_t i = 0; i < row.size() && i < table.columns.size(); ++i) {
      std::visit([&](const auto& value) { object[table.columns[i]] = value; }, row[i].value);
    }
    rows.push_back(std::move(object));
  }
  return Json{{table.noun, std::move(rows)}}.dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

std::string row_json(const Table& table, std::size_t row) {
  Json object = Json::object();
  for (std::size_t i = 0; i < table.rows[row].size() && i < table.columns.size(); ++i)
    std::visit([&](const auto& value) { object[table.columns[i]] = value; },
               table.rows[row][i].value);
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string cell_json(const Cell& cell) {
  Json json;
  std::visit([&](const auto& value) { json = value; }, cell.value);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace cooper::cli
