// Content digests of many files, by several threads; and what of a file belongs into a key.
#pragma once

#include <string>
#include <vector>

#include "builder/layer/file_tree.h"

namespace cooper::engine {

// Fills Entry::content of every regular file in `entries` that lacks it. 0 threads: all cores.
void digest_files(layer::FileTree& tree, const std::vector<layer::Entry*>& entries,
                  unsigned threads);

// Everything of a file that makes a different result but its path and times (row K2): type, mode,
// owner, size, link target, device, extended attributes, content digest. Two texts are equal only
// if the facts are.
[[nodiscard]] std::string facts_of(const layer::Entry& entry);

}  // namespace cooper::engine
