// Whether everything in a store is what its name and its checksum say.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "builder/store/store.h"

namespace cooper::upkeep {

struct Finding {
  std::string path;            // below the store's root; "index.json" with the reference for images
  std::string cause;           // "its bytes have the digest sha256:.."
  std::string reference = {};  // the image that is damaged
};

// Hashes every blob, reads every record, compares every unpacked file with its layer's index.
// `store` holds nothing. Throws base::Error only when the store cannot be read at all.
[[nodiscard]] std::vector<Finding> check(const store::Store& store,
                                         const std::function<bool()>& stop = {});

// Removes what was found; an image that lacks something loses its name. Cooper makes or fetches it
// again when it is needed.
void repair(const store::Store& store, const std::vector<Finding>& findings);

}  // namespace cooper::upkeep
