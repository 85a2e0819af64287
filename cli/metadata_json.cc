#include <nlohmann/json.hpp>

#include "cli/run_build.h"

namespace cooper::cli {
namespace {

nlohmann::ordered_json image_json(const BuiltImage& image) {
  std::string names;
  for (const std::string& tag : image.tags) names += (names.empty() ? "" : ",") + tag;
  nlohmann::ordered_json json;
  if (image.config) json["containerimage.config.digest"] = image.config->to_string();
  json["containerimage.descriptor"] = {{"mediaType", image.manifest.media_type},
                                       {"digest", image.manifest.digest.to_string()},
                                       {"size", image.manifest.size}};
  json["containerimage.digest"] = image.manifest.digest.to_string();
  if (!names.empty()) json["image.name"] = names;
  return json;
}

}  // namespace

std::string metadata_json(const BuildReport& report, bool bake) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const BuiltImage& image : report.images) {
    if (!bake) return image_json(image).dump(2) + "\n";
    json[image.name] = image_json(image);
  }
  return json.dump(2) + "\n";
}

}  // namespace cooper::cli
