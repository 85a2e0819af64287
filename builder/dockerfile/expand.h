// Variable expansion of one word ($a, ${a:-b}, ${a#p}, ... rows V1-V9). Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::dockerfile {

// nullopt: the variable is not set.
using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

enum class Quotes {
  process,  // quotes are removed, single quotes suppress expansion (words of instructions)
  keep,     // raw mode: only $ and escapes mean something (heredoc files)
};

struct Expansion {
  std::string text;
  std::vector<std::string> used;   // names that were looked up and set
  std::vector<std::string> unset;  // names that were looked up and not set (UndefinedVar)
};

// Throws base::Error(usage): bad substitution, unsupported modifier, ${v:?message}, nesting deeper
// than 100.
[[nodiscard]] Expansion expand(std::string_view word, const Lookup& lookup, char escape,
                               Quotes quotes = Quotes::process);

// The same, and the result is split into words at unquoted blanks (EXPOSE, row V9).
[[nodiscard]] std::vector<std::string> expand_words(std::string_view word, const Lookup& lookup,
                                                    char escape);

}  // namespace cooper::dockerfile
