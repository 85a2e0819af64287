// A listing: for people as aligned columns, for programs as a JSON object with a list of objects.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace cooper::cli {

struct Cell {
  std::variant<std::string, std::uint64_t> value;  // for programs
  std::string text = {};                           // for people; empty: the value itself
};

struct Table {
  std::vector<std::string> columns;  // "reference", "size": JSON names, and headings in upper case
  std::vector<std::vector<Cell>> rows;
  std::string noun = "rows";  // what they are: the member of the JSON object that has the list
};

// Nothing but the headings when there is no row. Control bytes are escaped.
[[nodiscard]] std::string table_text(const Table& table);
[[nodiscard]] std::string table_json(const Table& table);

}  // namespace cooper::cli
