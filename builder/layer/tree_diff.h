// A directory of changes -> a layer. The root itself is in the layer only if its mode, owner or
// xattrs changed: whoever makes an upper directory gives it those of the root below. Reads by
// descriptors; mtimes, xattrs, hard links and devices are kept; sockets are left out, as docker
// does; a hole is read as zeros. Both forms give the same layer for the same change: a file that
// was touched, but is as it was, is no change.
#pragma once

#include <time.h>

#include <optional>
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
  // Of a whole tree: what the kernel changed from then on (ctime) may be new although its times are
  // the old ones, and a directory born since took the place of what was there before. Nothing:
  // times tell.
  std::optional<timespec> touched_since;
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
// clamped, or it was touched, its bytes are compared.
[[nodiscard]] WrittenLayer write_tree_diff(store::Store& store, int root, const LayerStack& before,
                                           const DiffOptions& diff, const LayerOptions& options);

}  // namespace cooper::layer
