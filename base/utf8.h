// Decoding of UTF-8, strict (no overlong forms, no surrogates).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace cooper::base {

// The first code point of `text` and the bytes it takes; {0, 0} when `text` is empty or does not
// begin with one.
[[nodiscard]] std::pair<char32_t, std::size_t> decode_utf8(std::string_view text);

[[nodiscard]] bool is_valid_utf8(std::string_view text);

// Appends a code point; one that is none (a surrogate, above U+10FFFF) becomes U+FFFD.
void append_utf8(std::string& out, char32_t code);

}  // namespace cooper::base
