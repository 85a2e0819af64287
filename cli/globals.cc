#include "cli/globals.h"

#include <cstdlib>

namespace cooper::cli {

std::string default_root() {
  if (const char* root = std::getenv("COOPER_ROOT"); root != nullptr && *root != '\0') return root;
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/') {
    return std::string(data) + "/cooper";
  }
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr && *home != '\0' ? home : "/root") + "/.local/share/cooper";
}

}  // namespace cooper::cli
