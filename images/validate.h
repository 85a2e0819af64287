// Everything about an image that can be computed, computed again: digests and sizes of documents
// and blobs, their schemas, DiffIDs, compressions, tar archives, counts. Goes on after each
// disagreement.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "images/document_source.h"

namespace cooper::images {

struct Disagreement {
  std::string thing;  // "layer sha256:...", "configuration sha256:..."
  std::string cause;
};

struct Validation {
  std::size_t documents = 0, layers = 0;  // that were looked at
  std::uint64_t bytes = 0;                // of layers
  std::vector<Disagreement> disagreements = {};
};

// Throws base::Error only when nothing can be said: there is no such image, the registry does not
// answer, a limit was reached, cancelled. Layers are read as layer::check_layer() does. `store`
// gives room for one layer at a time.
[[nodiscard]] Validation validate(DocumentSource& source, const store::Store& store,
                                  std::stop_token stop);

}  // namespace cooper::images
