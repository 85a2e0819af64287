// The blobs of an image, fetched when they are needed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/source.h"
#include "builder/export/image_export.h"

namespace cooper::export_ {

// Configuration first, then the layers, each digest once; of an index those of its images.
[[nodiscard]] std::vector<oci::Descriptor> blobs_of(const Image& image);

// The documents above the blobs, those of an index's images before the index. Point into `image`.
struct Document {
  const oci::Descriptor& descriptor;
  const std::string& bytes;
};
[[nodiscard]] std::vector<Document> documents_of(const Image& image);

// Makes sure that the store has it, by Image::fetch_missing if need be. Throws base::Error.
void require_blob(const Image& image, const store::Store& store, const oci::Descriptor& blob);

// From `offset` on. Throws base::Error(not_found), and (corrupt) when the stored bytes are not what
// they should be.
[[nodiscard]] std::unique_ptr<base::Source> open_blob_at(const store::Store& store,
                                                         const oci::Descriptor& blob,
                                                         std::uint64_t offset);

// The references an image gets at a destination: its name= attribute (comma-separated), else its
// tags.
[[nodiscard]] std::vector<std::string> references_of(const Image& image,
                                                     const Destination& destination);

}  // namespace cooper::export_
