// Gives the files of a snapshot directory the times its layer's index says, so that a later step
// sees the same tree whether the layer was just made or unpacked from its blob: whole seconds,
// clamped under SOURCE_DATE_EPOCH.
#pragma once

#include "builder/layer/layer_index.h"

namespace cooper::snapshot {

// `root` is the directory the layer was made from; nothing else touches it meanwhile. Throws
// base::Error.
void set_tree_times(int root, const layer::LayerIndex& index);

}  // namespace cooper::snapshot
