#include "base/random_name.h"

#include <sys/random.h>

#include <array>

#include "base/error.h"
#include "base/sha256.h"

namespace cooper::base {

std::string random_name() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw_errno("get random bytes", "");
  }
  return to_hex(bytes);
}

}  // namespace cooper::base
