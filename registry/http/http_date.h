// Dates as HTTP's headers have them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace cooper::http {

// "Wed, 21 Oct 2015 07:28:00 GMT", the form servers send; seconds since 1970.
[[nodiscard]] std::optional<std::int64_t> try_parse_date(const std::string& text);

}  // namespace cooper::http
