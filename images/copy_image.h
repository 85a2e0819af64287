// An image or a whole index from one place to another, byte for byte: between registries, layouts
// and archives. What the destination has is not fetched; blobs of the same registry are mounted.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "images/image_graph.h"
#include "registry/push_session.h"

namespace cooper::images {

struct CopyOptions {
  std::optional<oci::Platform> platform = {};  // of an index: this image alone
  std::function<void(const registry::PushProgress&)> progress = {};
  // Called for each image before anything of it is sent, with the layers that its configuration
  // names; may throw. An artifact is no image, and a configuration that cannot be read names none.
  std::function<void(const std::vector<oci::DiffId>&, bool to_registry)> check_layers = {};
};

struct CopyReport {
  oci::Descriptor top;
  std::uint64_t copied_bytes = 0, reused_bytes = 0;  // of blobs
};

// `destination`: a reference with a tag, "oci-layout://DIR[:TAG]" or "oci:DIR[:TAG]",
// "oci-archive:FILE[:TAG]" or "docker-archive:FILE[:REFERENCE]".
// Throws base::Error.
[[nodiscard]] CopyReport copy_image(DocumentSource& source, const std::string& destination,
                                    registry::Client& client, const store::Store& store,
                                    const CopyOptions& options, std::stop_token stop);

}  // namespace cooper::images
