// Base64 with the standard alphabet (RFC 4648, section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cooper::base {

[[nodiscard]] std::string encode_base64(std::string_view bytes);
// Padding may be missing; anything else that is wrong gives nullopt.
[[nodiscard]] std::optional<std::string> try_decode_base64(std::string_view text);

}  // namespace cooper::base
