// Numbers as Go's fmt writes them.
#pragma once

#include <cstddef>
#include <string>

namespace cooper::hcl {

struct NumberForm {
  bool plus = false, left = false, blank = false, zeros = false, sharp = false;
  std::size_t width = 0;
  int precision = -1;  // -1: as many digits as it takes
  char verb = 'd';     // one of "bdoxXeEfFgG"
};

// Without padding to the width.
[[nodiscard]] std::string format_number(long double number, const NumberForm& form);

}  // namespace cooper::hcl
