// Part of a FileTree as real files in a directory of ours.
#pragma once

#include <string>

#include "builder/layer/file_tree.h"

namespace cooper::engine {

// Copies `source` (a file or a directory with all below it) to a new entry of `directory` and
// returns its name.
[[nodiscard]] std::string copy_tree(layer::FileTree& tree, const std::string& source,
                                    int directory);
// Copies what is in the directory `source` into `directory`.
void copy_tree_into(layer::FileTree& tree, const std::string& source, int directory);

}  // namespace cooper::engine
