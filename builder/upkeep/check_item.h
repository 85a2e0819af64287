// Whether one thing of a store is what its name and its checksum say. Private to builder/upkeep.
#pragma once

#include <string>
#include <vector>

#include "builder/store/store.h"
#include "builder/upkeep/disk_use.h"

namespace cooper::upkeep {

// A line for each difference; empty when there is none, or when nothing is known of such things.
[[nodiscard]] std::vector<std::string> what_is_wrong(const store::Store& store,
                                                     const DiskItem& item);

}  // namespace cooper::upkeep
