// Which paths of a tree a written source means (rows C2, C5).
#pragma once

#include <string>
#include <vector>

#include "builder/layer/file_tree.h"

namespace cooper::engine {

// A source without wildcards is its own match, whether it exists or not. Otherwise everything that
// matches, in path order; the part before the first component with a wildcard must exist, links in
// it are followed, links after it are not.
[[nodiscard]] std::vector<std::string> match_source(layer::FileTree& tree,
                                                    const std::string& source);

// Throws base::Error(not_found) for a source as it was written; `clean` is its path in the tree.
[[noreturn]] void refuse_missing(layer::FileTree& tree, const std::string& source,
                                 const std::string& clean);

}  // namespace cooper::engine
