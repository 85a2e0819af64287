// Blanks and letters as the Dockerfile grammar counts them: white space is Unicode's, letters
// here are ASCII's (unicode_names.h has the others).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cooper::dockerfile {

// Bytes of the white space character `text` begins with; 0 if it begins with something else.
[[nodiscard]] std::size_t space_length(std::string_view text);

[[nodiscard]] std::string_view trim_left(std::string_view text);
[[nodiscard]] std::string_view trim_right(std::string_view text);
[[nodiscard]] std::string_view trim(std::string_view text);

// One of the blanks that separate words of a list: tab, vertical tab, form feed, carriage return,
// space (row P18).
[[nodiscard]] constexpr bool is_separator(char c) {
  return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] std::string to_upper(std::string_view text);

}  // namespace cooper::dockerfile
