// A directory of changes -> a layer. The root itself is in the layer only if its mode, owner or
// xattrs changed: whoever makes an upper directory gives it those of the root below. Reads by
// descriptors; mtimes, xattrs, hard links and devices are kept; sockets are left out, as docker
// does; a hole is read as zeros.
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

// The upper directory of an overlay over `lower`: every entry in it is a change. A directory that
// was only copied up (same attributes as in `lower`) is in the layer if something below it changed,
// because tar needs parents, as docker does it, and left out if not; a directory whose only
// difference is the mtime caused by mount stubs is given its lower mtime by the caller beforehand.
// The overlay must not be mounted with redirect_dir or metacopy (Error(unsupported)).
[[nodiscard]] WrittenLayer write_overlay_diff(store::Store& store, int upper,
                                              const LayerStack& lower, const DiffOptions& diff,
                                              const LayerOptions& options);

// A whole tree compared with what `before` says it was (plain directories). A file counts as
// unchanged when size, times, mode, owner and xattrs are as they were; where the times were
// clamped, its bytes are compared.
[[nodiscard]] WrittenLayer write_tree_diff(store::Store& store, int root, const LayerStack& before,
                                           const DiffOptions& diff, const LayerOptions& options);

}  // namespace cooper::layer
