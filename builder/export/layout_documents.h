// The small documents of exported layouts and archives.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "builder/export/image_export.h"

namespace cooper::export_ {

inline constexpr const char* kLayoutMarker = R"({"imageLayoutVersion":"1.0.0"})";

[[nodiscard]] std::string blob_path(const oci::Digest& digest);  // blobs/sha256/<hex>

// Entries of index.json: one per reference (annotated as buildx does it), or one without a name.
[[nodiscard]] std::vector<oci::Descriptor> index_entries(
    const Image& image, const std::vector<std::string>& references);
// index.json with `entries` added to what `old` (an index.json, may be absent) lists; same names
// are replaced.
[[nodiscard]] std::string merged_index(const std::optional<std::string>& old,
                                       const std::vector<oci::Descriptor>& entries);

// manifest.json as docker load reads it.
[[nodiscard]] std::string docker_manifest(const oci::Manifest& manifest,
                                          const std::vector<std::string>& references);

}  // namespace cooper::export_
