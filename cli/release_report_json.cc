#include <nlohmann/json.hpp>

#include "cli/release_report.h"

namespace cooper::cli {

std::string release_json(const std::string& version, bool dry_run,
                         const std::vector<release::ReleasedImage>& images) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const release::ReleasedImage& image : images) {
    Json tags = Json::array();
    for (const release::ReleasedTag& tag : image.tags) {
      Json one = {{"tag", tag.tag},
                  {"reference", image.repository + ":" + tag.tag},
                  {"change", release::to_string(tag.change)}};
      if (!tag.reason.empty()) one["reason"] = tag.reason;
      if (tag.before) one["before"] = tag.before->to_string();
      tags.push_back(std::move(one));
    }
    list.push_back({{"role", image.role},
                    {"repository", image.repository},
                    {"digest", image.manifest.digest.to_string()},
                    {"size", image.size},
                    {"pushedBytes", image.pushed_bytes},
                    {"reusedBytes", image.reused_bytes},
                    {"tags", std::move(tags)}});
  }
  const Json document = {{"version", version}, {"dryRun", dry_run}, {"images", std::move(list)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cooper::cli
