// What all sources have in common: from a manifest or an index to the image of one platform, with
// every check.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "builder/source/image_source.h"

namespace cooper::source {

struct TopDocument {
  oci::Descriptor descriptor;
  std::string bytes;
};

// `read` gives the bytes of a document (manifest, configuration); they are checked here. Throws
// base::Error: not_found when there is no manifest for the platform (the message lists what there
// is), corrupt, unsupported.
[[nodiscard]] ResolvedImage resolve_documents(
    const std::string& name, TopDocument top, const oci::Platform& platform,
    const std::function<std::string(const oci::Descriptor&)>& read,
    std::shared_ptr<store::BlobProvider> blobs);

}  // namespace cooper::source
