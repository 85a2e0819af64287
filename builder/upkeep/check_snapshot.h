// The directory of a layer, or of a whole stack, compared with the indexes of the layers. Private
// to builder/upkeep.
#pragma once

#include <string>
#include <vector>

#include "builder/store/store.h"
#include "builder/upkeep/disk_use.h"

namespace cooper::upkeep {

// What differs, a line each, at most a few; empty when nothing does, or nothing is known of it.
[[nodiscard]] std::vector<std::string> check_snapshot(const store::Store& store,
                                                      const DiskItem& item);

}  // namespace cooper::upkeep
