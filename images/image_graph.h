// An image or a whole index as the documents and blobs it is made of, every document checked.
#pragma once

#include <optional>
#include <vector>

#include "images/document_source.h"
#include "oci/platform.h"

namespace cooper::images {

struct ImageGraph {
  std::vector<Document> documents;     // manifests and indexes, children first, the top last
  std::vector<oci::Descriptor> blobs;  // configurations and layers, each digest once
  [[nodiscard]] const Document& top() const { return documents.back(); }
};

// With `platform` an index counts for the image of that platform in it. Throws base::Error.
[[nodiscard]] ImageGraph read_graph(DocumentSource& source,
                                    const std::optional<oci::Platform>& platform,
                                    std::stop_token stop);

}  // namespace cooper::images
