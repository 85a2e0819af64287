// Letters and digits beyond ASCII: names of variables may hold them (row V1).
#pragma once

namespace cooper::dockerfile {

// Only for code points from 0x80.
[[nodiscard]] bool is_unicode_letter(char32_t code);
[[nodiscard]] bool is_unicode_digit(char32_t code);

}  // namespace cooper::dockerfile
