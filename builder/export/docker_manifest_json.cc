#include <nlohmann/json.hpp>

#include "builder/export/layout_documents.h"
#include "oci/reference.h"

namespace cooper::export_ {

std::string docker_manifest(const oci::Manifest& manifest,
                            const std::vector<std::string>& references) {
  nlohmann::json tags = nlohmann::json::array();
  for (const std::string& text : references)
    tags.push_back(oci::familiar(oci::parse_reference(text)));
  nlohmann::json layers = nlohmann::json::array();
  for (const oci::Descriptor& layer : manifest.layers) layers.push_back(blob_path(layer.digest));
  nlohmann::json entry;
  entry["Config"] = blob_path(manifest.config.digest);
  entry["RepoTags"] = std::move(tags);
  entry["Layers"] = std::move(layers);
  return nlohmann::json::array({std::move(entry)}).dump();
}

}  // namespace cooper::export_
