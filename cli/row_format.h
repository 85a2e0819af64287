// --format of listings: the part of Go's templates that docker's users know. "{{.Key}} {{.Size}}"
// prints a line a row; "table {{.Key}}\t{{.Size}}" prints columns with headings; "json" or
// "{{json .}}" prints an object a row. Names of columns in any case, without '-'.
#pragma once

#include <string>

#include "cli/table.h"

namespace cooper::cli {

// Throws base::Error(usage) for a column the table does not have, and for what is no such template.
[[nodiscard]] std::string formatted(const Table& table, const std::string& format);

// The object of one row, on one line.
[[nodiscard]] std::string row_json(const Table& table, std::size_t row);
[[nodiscard]] std::string cell_json(const Cell& cell);

}  // namespace cooper::cli
