// From what a Dockerfile or a --build-context says to an ImageSource.
#pragma once

#include <memory>
#include <string>

#include "builder/source/image_source.h"
#include "builder/store/store.h"
#include "registry/client.h"

namespace cooper::source {

struct SourceTools {
  registry::Client& client;
  store::Store* store = nullptr;  // keeps documents; may be absent
};

// "docker-image://ref" or a bare reference, "oci-layout://dir[:tag][@digest]",
// "docker-archive:file[:ref]", "cooper-store:ref". Throws base::Error(usage) for anything else.
[[nodiscard]] std::unique_ptr<ImageSource> open_source(const std::string& text,
                                                       const SourceTools& tools);

// "dir:tag@sha256:..." -> its parts.
struct LayoutLocation {
  std::string path;
  std::string tag = {};
  std::optional<oci::Digest> digest = {};
};
[[nodiscard]] LayoutLocation parse_layout_location(const std::string& text);

}  // namespace cooper::source
