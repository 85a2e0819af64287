// An image of the store, or an index with all its images, as exporters take it.
#pragma once

#include <string>
#include <vector>

#include "builder/export/image_export.h"

namespace cooper::cli {

// Reads the documents; layers stay where they are. Throws base::Error(not_found) when the store has
// no such image or lacks one of its documents.
[[nodiscard]] export_::Image load_stored_image(const store::Store& store,
                                               const std::string& reference,
                                               std::vector<std::string> tags);

}  // namespace cooper::cli
