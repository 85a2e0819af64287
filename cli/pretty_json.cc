#include "cli/pretty_json.h"

#include "oci/strict_json.h"

namespace cooper::cli {

std::string pretty_json(const std::string& text) {
  return oci::parse_strict_json(text, "image configuration").dump(2, ' ', true) + "\n";
}

}  // namespace cooper::cli
