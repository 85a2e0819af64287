#include "cli/table.h"

#include <algorithm>

#include "base/error.h"
#include "cli/terminal_text.h"

namespace cooper::cli {
namespace {

std::string cell_text(const Cell& cell) {
  if (!cell.text.empty()) return base::printable(cell.text);
  if (const auto* number = std::get_if<std::uint64_t>(&cell.value)) return std::to_string(*number);
  return base::printable(std::get<std::string>(cell.value));
}

std::string heading(std::string name) {
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

}  // namespace

std::string table_text(const Table& table) {
  std::vector<std::vector<std::string>> lines(1);
  for (const std::string& name : table.columns) lines[0].push_back(heading(name));
  for (const auto& row : table.rows) {
    auto& line = lines.emplace_back();
    for (const Cell& cell : row) line.push_back(cell_text(cell));
  }
  std::vector<std::size_t> widths(table.columns.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], columns_of(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += line[i];
      if (i + 1 < line.size()) text += std::string(widths[i] - columns_of(line[i]) + 2, ' ');
    }
    text += "\n";
  }
  return text;
}

}  // namespace cooper::cli
