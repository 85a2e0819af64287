// What differs between two file trees, by their layer indexes: no file is read.
#pragma once

#include <string>
#include <vector>

#include "builder/layer/layer_stack.h"

namespace cooper::images {

struct PathDifference {
  enum class Kind { added, removed, changed };
  std::string path;  // "/etc/passwd"
  Kind kind = Kind::changed;
  std::vector<std::string> what = {};  // of changed: "mode 0644 -> 0755", "content"
};

struct TreeOptions {
  bool times = false;  // modification times count too
};

// In path order.
[[nodiscard]] std::vector<PathDifference> compare_trees(const layer::LayerStack& before,
                                                        const layer::LayerStack& after,
                                                        const TreeOptions& options);

}  // namespace cooper::images
