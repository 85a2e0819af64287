// Text cut to the columns of a terminal.
#pragma once

#include <string>
#include <string_view>

namespace cooper::cli {

// `text` (valid UTF-8 without control bytes) in at most `columns` columns, with "..." at the end if
// it was cut. East Asian wide characters and emoji count two.
[[nodiscard]] std::string cut_to_columns(std::string_view text, std::size_t columns);
[[nodiscard]] std::size_t columns_of(std::string_view text);

}  // namespace cooper::cli
