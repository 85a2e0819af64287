#include "builder/hcl/csv.h"

#include <algorithm>

namespace cooper::hcl {
namespace {

// A field in quotes from `at`, which is behind the first; leaves `at` behind the last.
std::optional<std::string> quoted_field(std::string_view text, std::size_t& at) {
  std::string field;
  for (; at < text.size(); ++at) {
    if (text[at] == '"') {
      if (++at >= text.size() || text[at] != '"') return field;
    }
    field += text[at];
  }
  return std::nullopt;
}

// One row from `at` to the end of its line, or of the text.
std::optional<CsvRow> next_row(std::string_view text, std::size_t& at, char separator, bool lines,
                               std::string& why) {
  CsvRow row;
  const auto ends = [&] {
    return at >= text.size() || (lines && (text[at] == '\n' || text.substr(at, 2) == "\r\n"));
  };
  while (true) {
    if (at < text.size() && text[at] == '"') {
      ++at;
      auto field = quoted_field(text, at);
      if (!field || (!ends() && text[at] != separator)) {
        why = "a quote is misplaced";
        return std::nullopt;
      }
      row.push_back(std::move(*field));
    } else {
      const std::size_t begin = at;
      while (!ends() && text[at] != separator) ++at;
      row.emplace_back(text.substr(begin, at - begin));
      if (row.back().find('"') != std::string::npos) {
        why = "a quote is misplaced";
        return std::nullopt;
      }
    }
    if (ends()) return row;
    ++at;
  }
}

}  // namespace

std::optional<CsvRow> read_csv_row(std::string_view text, std::string& why, char separator) {
  std::size_t at = 0;
  return next_row(text, at, separator, false, why);
}

std::optional<std::vector<CsvRow>> read_csv(std::string_view text, std::string& why) {
  std::vector<CsvRow> rows;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n' || text[at] == '\r') {
      ++at;
      continue;
    }
    auto row = next_row(text, at, ',', true, why);
    if (!row) return std::nullopt;
    if (!rows.empty() && row->size() != rows.front().size()) {
      why = "the rows differ in their number of fields";
      return std::nullopt;
    }
    rows.push_back(std::move(*row));
  }
  return rows;
}

}  // namespace cooper::hcl
