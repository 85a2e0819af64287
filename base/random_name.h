// Names for temporary files: 128 random bits in lower-case hexadecimal. Throws Error.
#pragma once

#include <string>

namespace cooper::base {

[[nodiscard]] std::string random_name();

}  // namespace cooper::base
