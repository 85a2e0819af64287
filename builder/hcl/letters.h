// Letters of UTF-8 texts. A letter is a code point together with the combining marks (U+0300 to
// U+036F) and joiners behind it. Case is known for Latin, Greek and Cyrillic letters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cooper::hcl {

[[nodiscard]] std::vector<std::string> letters_of(std::string_view text);

[[nodiscard]] std::string upper(std::string_view text);
[[nodiscard]] std::string lower(std::string_view text);
// The first letter of every word in upper case.
[[nodiscard]] std::string title(std::string_view text);

}  // namespace cooper::hcl
