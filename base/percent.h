// Percent-encoding of addresses.
#pragma once

#include <string>
#include <string_view>

namespace cooper::base {

// "%41" becomes "A"; what is no such triple stays as it is, and so does '+'.
[[nodiscard]] std::string percent_decoded(std::string_view text);

}  // namespace cooper::base
