// Text of a record with a checksum of its own: "<SHA-256 of the rest>\n<rest>".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cooper::store {

[[nodiscard]] std::string with_checksum(const std::string& body);
// The rest, if it has that checksum; points into `text`.
[[nodiscard]] std::optional<std::string_view> checked_body(std::string_view text);
// The same, but `text` as it is when it begins with `old`: records of before there was a checksum.
[[nodiscard]] std::optional<std::string_view> checked_body_or_old(std::string_view text,
                                                                  std::string_view old);

}  // namespace cooper::store
