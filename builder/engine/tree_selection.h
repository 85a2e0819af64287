// What of a tree below one source is copied: includes (--parents, row C15) and excludes (row C16),
// both with the rules of an ignore file, both relative to the source.
#pragma once

#include <deque>
#include <string>

#include "builder/dockerfile/pattern.h"
#include "builder/layer/file_tree.h"

namespace cooper::engine {

struct SelectedItem {
  std::string path;    // below the source; "" is the source itself
  layer::Entry entry;  // entry.path is where it is in the tree
  // Only here because something below it is: what exists at the destination keeps its owner.
  bool parent = false;
  std::string same_as = {};  // another name of the item of this path, which comes before it
};

// May be many: they stay where they are as more come.
using SelectedItems = std::deque<SelectedItem>;

// The file or directory `source` (clean, links resolved) and everything to be copied in it, in
// path_less order. Only directories that `include` can match in are read; "" includes everything.
[[nodiscard]] SelectedItems select_tree(layer::FileTree& tree, const std::string& source,
                                        const std::string& include,
                                        const dockerfile::IgnoreRules& excludes);

}  // namespace cooper::engine
