// Comma-separated values (RFC 4180), as Go reads them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::hcl {

using CsvRow = std::vector<std::string>;

// One line's fields; nothing, and the reason in `why`, for a misplaced quote.
[[nodiscard]] std::optional<CsvRow> read_csv_row(std::string_view text, std::string& why,
                                                 char separator = ',');

// All rows, which must have the same number of fields; empty lines are skipped.
[[nodiscard]] std::optional<std::vector<CsvRow>> read_csv(std::string_view text, std::string& why);

}  // namespace cooper::hcl
