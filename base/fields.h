// Options of several values in one text, as docker's users write them: one line of CSV.
#pragma once

#include <string>
#include <vector>

namespace cooper::base {

// "a=1,b=2": a field may be in quotes, "" in quotes is one quote. Throws Error(usage) for a quote
// that is not closed.
[[nodiscard]] std::vector<std::string> split_fields(const std::string& text);

}  // namespace cooper::base
