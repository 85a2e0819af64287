// JSON from outside: valid UTF-8, no duplicate keys, bounded depth (64) and size. The parsed type is nlohmann::json,
// so only *_json.cc files include this.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace cooper::oci {

// Throws base::Error(corrupt) "parse '<what>': <cause> at byte N".
[[nodiscard]] nlohmann::json parse_strict_json(std::string_view text, const std::string& what,
                                               std::size_t max_bytes = std::size_t{4} << 20);

}  // namespace cooper::oci
