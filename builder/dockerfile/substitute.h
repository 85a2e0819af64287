// ${v#p} ${v##p} ${v%p} ${v%%p} ${v/p/r} ${v//p/r}: shell patterns of '*' and '?' on a value (row
// V3). Characters are UTF-8 code points; a byte that is not UTF-8 counts as one character.
#pragma once

#include <string>
#include <string_view>

namespace cooper::dockerfile {

// In a pattern \* \? \\ stand for the character, and \/ \} too (they had to be escaped inside the
// braces); any other escape throws base::Error(usage). The product of both lengths is limited
// (base::Error(limit)).
[[nodiscard]] std::string remove_prefix(const std::string& value, std::string_view pattern,
                                        bool longest);
[[nodiscard]] std::string remove_suffix(const std::string& value, std::string_view pattern,
                                        bool longest);
[[nodiscard]] std::string replace_pattern(const std::string& value, std::string_view pattern,
                                          std::string_view replacement, bool all);

}  // namespace cooper::dockerfile
