#include "builder/engine/assemble.h"

#include <algorithm>

#include "oci/media_type.h"
#include "oci/time_text.h"

namespace cooper::engine {
namespace {

namespace media_type = oci::media_type;

// Images are written with OCI media types; a base layer of Docker's type has the same bytes.
std::string oci_layer_type(const std::string& type) {
  if (type == media_type::kDockerLayerGzip) return std::string(media_type::kLayerGzip);
  if (type == media_type::kDockerLayerTar) return std::string(media_type::kLayerTar);
  return type;
}

// Some builders leave history out; readers want one entry with a layer for each layer.
void complete_base_history(oci::ImageConfig& config, std::size_t base_history,
                           std::size_t base_layers) {
  const auto end = config.history.begin() + static_cast<std::ptrdiff_t>(base_history);
  const auto with_layer = static_cast<std::size_t>(std::count_if(
      config.history.begin(), end, [](const oci::History& item) { return !item.empty_layer; }));
  for (std::size_t i = with_layer; i < base_layers; ++i) {
    oci::History missing;
    missing.comment = "layer without history in the base image";
    config.history.insert(config.history.begin() + static_cast<std::ptrdiff_t>(base_history),
                          missing);
  }
}

void add_history(oci::ImageConfig& config, const plan::TargetImage& target,
                 std::span<const StepResult> results, std::optional<std::int64_t> epoch) {
  // Metadata before the first new layer has that layer's time, else the base's last one.
  const auto first_layer = std::ranges::find_if(
      target.history, [](const plan::HistoryItem& item) { return item.step.has_value(); });
  std::string last;
  if (first_layer != target.history.end())
    last = oci::to_rfc3339(results[*first_layer->step].created);
  for (auto item = config.history.rbegin(); item != config.history.rend() && last.empty(); ++item)
    last = item->created;
  for (const plan::HistoryItem& item : target.history) {
    if (item.step) last = oci::to_rfc3339(results[*item.step].created);
    oci::History entry;
    entry.created = epoch ? oci::to_rfc3339(*epoch) : last;
    entry.created_by = item.created_by;
    entry.comment = item.comment;
    entry.empty_layer = !item.step;
    config.history.push_back(std::move(entry));
  }
  config.created = epoch ? oci::to_rfc3339(*epoch) : last;
}

}  // namespace

AssembledImage assemble(const plan::TargetImage& target, std::span<const StepResult> results,
                        std::vector<oci::Descriptor> layers, std::optional<std::int64_t> epoch,
                        const std::map<std::string, std::string>& annotations) {
  oci::ImageConfig config = target.config;
  config.diff_ids = results[target.result].layers.list();
  const auto made = static_cast<std::size_t>(std::ranges::count_if(
      target.history, [](const plan::HistoryItem& item) { return item.step.has_value(); }));
  complete_base_history(config, target.base_history, config.diff_ids.size() - made);
  add_history(config, target, results, epoch);
  std::string config_bytes = oci::to_json(config);
  for (oci::Descriptor& layer : layers) {
    layer.media_type = oci_layer_type(layer.media_type);
    layer.annotations.clear();
  }
  oci::Manifest manifest{
      std::string(media_type::kManifest),
      {std::string(media_type::kConfig), oci::Digest::of_bytes(config_bytes), config_bytes.size()},
      std::move(layers),
      annotations};
  std::string manifest_bytes = oci::to_json(manifest);
  const oci::Descriptor descriptor{manifest.media_type, oci::Digest::of_bytes(manifest_bytes),
                                   manifest_bytes.size()};
  return {target.name,
          descriptor,
          std::move(manifest_bytes),
          std::move(manifest),
          std::move(config_bytes),
          std::move(config)};
}

}  // namespace cooper::engine
