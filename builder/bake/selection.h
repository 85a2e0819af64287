// Which targets and groups a list of names stands for.
#pragma once

#include <string>
#include <vector>

#include "builder/bake/bake_file.h"

namespace cooper::bake {

struct Selection {
  std::vector<std::string> asked;    // the names, wildcards replaced by what they match
  std::vector<std::string> targets;  // groups expanded, in order, each once
  std::vector<std::string> groups;   // that were expanded
};

// Empty `names` means "default". Throws base::Error(usage) with the nearest name.
[[nodiscard]] Selection select(const BakeFile& file, const std::vector<std::string>& names);

}  // namespace cooper::bake
