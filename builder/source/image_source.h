// Images from outside: resolve a reference to manifest and configuration (small JSON), hand out
// blobs later, on demand.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/store/blob_provider.h"
#include "oci/image_config.h"
#include "oci/manifest.h"
#include "oci/platform.h"

namespace cooper::source {

struct ResolvedImage {
  std::string name;            // for people: docker.io/library/php:8.3, oci-layout:///bases/php
  oci::Descriptor manifest;    // of the platform's manifest (not of an index around it)
  std::string manifest_bytes;  // as received
  std::string config_bytes;    // as received
  std::vector<oci::Descriptor> layers;
  oci::ImageConfig config;  // diff_ids count equals layers count (checked)
  std::shared_ptr<store::BlobProvider> blobs;
};

class ImageSource {
 public:
  ImageSource() = default;
  ImageSource(const ImageSource&) = delete;
  ImageSource& operator=(const ImageSource&) = delete;
  virtual ~ImageSource() = default;
  // Thread-safe. Throws base::Error (not_found, network, denied, corrupt), naming host and what it
  // said.
  [[nodiscard]] virtual ResolvedImage resolve(const oci::Platform& platform,
                                              std::stop_token stop) = 0;
};

}  // namespace cooper::source
