// After a power cut a file may have its name but not its bytes: blobs of a build that had not
// ended, and records, which no build waits for. The first process that uses a store after the
// machine has started looks at what was written in the ten minutes before the last writing, removes
// what is not whole, and leaves the rest alone: Linux writes everything else back long before. What
// was reported as done is flushed by then and not concerned (store::Store).
#pragma once

#include <string>
#include <vector>

#include "builder/store/store.h"

namespace cooper::upkeep {

// The paths below the root that were removed. Nothing happens when somebody did it since the
// machine started. Throws base::Error.
std::vector<std::string> recover(const store::Store& store);

}  // namespace cooper::upkeep
