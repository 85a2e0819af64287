#include "oci/media_type.h"

namespace cooper::oci::media_type {

bool is_manifest(std::string_view type) { return type == kManifest || type == kDockerManifest; }

bool is_index(std::string_view type) { return type == kIndex || type == kDockerManifestList; }

bool is_image_config(std::string_view type) { return type == kConfig || type == kDockerConfig; }

bool is_layer(std::string_view type) {
  return type == kLayerTar || type == kLayerGzip || type == kLayerZstd || type == kDockerLayerTar ||
         type == kDockerLayerGzip;
}

}  // namespace cooper::oci::media_type
