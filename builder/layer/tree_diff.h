// A directory of changes -> a layer. Reads by descriptors; mtimes, xattrs, hard links, devices and holes are kept.
#pragma once

#include <string>

#include "builder/layer/layer_reader.h"
#include "builder/layer/layer_stack.h"
#include "builder/layer/layer_writer.h"

namespace cooper::layer {

struct DiffOptions {
  TreeForm form = TreeForm::overlay;
  // Paths left out of the layer with all below them (mount points, /proc ...), clean and relative.
  std::vector<std::string> skip;
  unsigned threads = 0;
};

// The upper directory of an overlay over `lower`: every entry in it is a change. A directory that was only copied up (same
// attributes as in `lower`, nothing of its own) stays in because tar needs parents, as docker does it; a directory whose only difference is the
// mtime caused by mount stubs is given its lower mtime by the caller beforehand.
[[nodiscard]] WrittenLayer write_overlay_diff(store::Store& store, int upper, const LayerStack& lower,
                                              const DiffOptions& diff, const LayerOptions& options);

// A whole tree compared with what `before` says it was (plain directories).
[[nodiscard]] WrittenLayer write_tree_diff(store::Store& store, int root, const LayerStack& before,
                                           const DiffOptions& diff, const LayerOptions& options);

}  // namespace cooper::layer
