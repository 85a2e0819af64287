#include "cli/row_format.h"

#include <optional>
#include <vector>

#include "base/error.h"

namespace cooper::cli {
namespace {

struct Part {
  std::string text;  // literal, when there is no column
  std::optional<std::size_t> column;
  bool json = false;
  bool whole_row = false;
};

[[noreturn]] void refuse(const std::string& format, const std::string& cause) {
  throw base::Error(base::ErrorKind::usage, "use --format", format, cause)
      .with_hint("write for example --format '{{.Kind}} {{.Size}}', 'table {{.Kind}}', or json");
}

std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '-' || c == '_') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

Part parse_action(const Table& table, const std::string& format, std::string action) {
  Part part;
  if (action.starts_with("json ")) {
    part.json = true;
    action = trimmed(std::string_view(action).substr(5));
  }
  if (action == "." && part.json) {
    part.whole_row = true;
    return part;
  }
  if (!action.starts_with('.') || action.size() < 2)
    refuse(format, "'{{" + action + "}}' is not {{.Name}} or {{json .}}");
  const std::string wanted = folded(std::string_view(action).substr(1));
  std::string names;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (folded(table.columns[i]) == wanted) part.column = i;
    names += (i == 0 ? "" : ", ") + table.columns[i];
  }
  if (!part.column) refuse(format, "there is no column '" + action.substr(1) + "', but " + names);
  return part;
}

// Go's command line does the same for "\t" and "\n".
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] != '\\' || (next != 't' && next != 'n')) {
      out += text[i];
      continue;
    }
    out += next == 't' ? '\t' : '\n';
    ++i;
  }
  return out;
}

std::vector<Part> parse(const Table& table, const std::string& format, std::string_view text) {
  std::vector<Part> parts;
  while (!text.empty()) {
    const std::size_t begin = text.find("{{");
    if (begin != 0) parts.push_back({unescaped(text.substr(0, begin)), {}, false, false});
    if (begin == std::string_view::npos) break;
    const std::size_t end = text.find("}}", begin);
    if (end == std::string_view::npos) refuse(format, "'{{' has no '}}'");
    parts.push_back(parse_action(table, format, trimmed(text.substr(begin + 2, end - begin - 2))));
    text.remove_prefix(end + 2);
  }
  return parts;
}

std::string plain(const Cell& cell) {
  if (!cell.text.empty()) return base::printable(cell.text);
  if (const auto* number = std::get_if<std::uint64_t>(&cell.value)) return std::to_string(*number);
  return base::printable(std::get<std::string>(cell.value));
}

// Only the columns the template names, in its order.
Table columns_of(const Table& table, const std::vector<Part>& parts, const std::string& format) {
  Table out;
  for (const Part& part : parts) {
    if (part.whole_row || part.json) refuse(format, "a table has no json");
    if (part.column) out.columns.push_back(table.columns[*part.column]);
  }
  for (const auto& row : table.rows) {
    auto& cells = out.rows.emplace_back();
    for (const Part& part : parts) {
      if (part.column) cells.push_back(row[*part.column]);
    }
  }
  return out;
}

}  // namespace

std::string formatted(const Table& table, const std::string& format) {
  constexpr std::string_view kTable = "table ";
  if (format == "json") return formatted(table, "{{json .}}");
  if (format.starts_with(kTable)) {
    const auto parts = parse(table, format, std::string_view(format).substr(kTable.size()));
    return table_text(columns_of(table, parts, format));
  }
  const std::vector<Part> parts = parse(table, format, format);
  std::string out;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    for (const Part& part : parts) {
      if (part.whole_row) {
        out += row_json(table, i);
      } else if (part.column) {
        const Cell& cell = table.rows[i][*part.column];
        out += part.json ? cell_json(cell) : plain(cell);
      } else {
        out += part.text;
      }
    }
    out += "\n";
  }
  return out;
}

}  // namespace cooper::cli
