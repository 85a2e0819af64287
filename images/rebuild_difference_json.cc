#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "images/rebuild_difference.h"

namespace cooper::images {
namespace {

using Members = std::map<std::string, std::string>;

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// "history.007.createdBy", so that members sort as steps do.
std::string history_member(std::size_t number, const char* noun) {
  std::string digits = std::to_string(number);
  digits.insert(0, digits.size() < 3 ? 3 - digits.size() : 0, '0');
  return "history." + digits + "." + noun;
}

Members members_of(const ImageDocuments& image) {
  Members members{{"mediaType", quoted(image.manifest.media_type)},
                  {"configMediaType", quoted(image.manifest.config.media_type)}};
  for (const auto& [name, value] : image.manifest.annotations)
    members["annotations." + name] = quoted(value);
  for (std::size_t i = 0; i < image.config.history.size(); ++i) {
    const oci::History& one = image.config.history[i];
    members[history_member(i + 1, "createdBy")] = quoted(one.created_by);
    members[history_member(i + 1, "created")] = quoted(one.created);
    members[history_member(i + 1, "comment")] = quoted(one.comment);
    members[history_member(i + 1, "emptyLayer")] = one.empty_layer ? "true" : "false";
  }
  return members;
}

std::string step_of(const oci::ImageConfig& config, std::size_t layer) {
  for (const oci::History& one : config.history) {
    if (one.empty_layer) continue;
    if (layer-- == 0) return one.created_by;
  }
  return {};
}

}  // namespace

std::optional<LayerDifference> first_layer_difference(const ImageDocuments& before,
                                                      const ImageDocuments& after) {
  const auto& old = before.manifest.layers;
  const auto& now = after.manifest.layers;
  for (std::size_t i = 0; i < std::max(old.size(), now.size()); ++i) {
    if (i < old.size() && i < now.size() && old[i].digest == now[i].digest &&
        old[i].media_type == now[i].media_type) {
      continue;
    }
    LayerDifference found{i + 1, {}, {}, false, step_of(before.config, i)};
    if (i < old.size()) found.before = old[i];
    if (i < now.size()) found.after = now[i];
    if (found.step.empty()) found.step = step_of(after.config, i);
    found.same_content = i < before.config.diff_ids.size() && i < after.config.diff_ids.size() &&
                         before.config.diff_ids[i] == after.config.diff_ids[i];
    return found;
  }
  return std::nullopt;
}

std::vector<MemberDifference> compare_manifests(const ImageDocuments& before,
                                                const ImageDocuments& after) {
  return compare_members(members_of(before), members_of(after));
}

}  // namespace cooper::images
