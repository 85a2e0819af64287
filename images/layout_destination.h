// An OCI image layout that a copy is written into: a directory, or a tar archive, which with one
// more document is what `docker load` reads.
#pragma once

#include <cstdint>
#include <string>

#include "images/image_graph.h"

namespace cooper::images {

struct LayoutCopy {
  std::uint64_t written_bytes = 0, present_bytes = 0;  // of blobs
};

// Into a directory, new, empty or a layout already: other images in it stay, one of the same tag is
// replaced. index.json is written last, in one step. An empty `tag` gives the image no name.
[[nodiscard]] LayoutCopy write_layout(const ImageGraph& graph, DocumentSource& source,
                                      const std::string& path, const std::string& tag,
                                      std::stop_token stop);

// A new file; it has its name only when it is whole.
[[nodiscard]] LayoutCopy write_layout_archive(const ImageGraph& graph, DocumentSource& source,
                                              const store::Store& store, const std::string& path,
                                              const std::string& tag, std::stop_token stop);

// The same with a manifest.json. `reference` is the image's name there, or empty. An index, and
// what is no image, are refused: base::Error(unsupported).
[[nodiscard]] LayoutCopy write_docker_archive(const ImageGraph& graph, DocumentSource& source,
                                              const store::Store& store, const std::string& path,
                                              const std::string& reference, std::stop_token stop);

}  // namespace cooper::images
