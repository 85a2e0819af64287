#include "builder/finish_images.h"

#include <algorithm>

#include "base/error.h"
#include "builder/engine/assemble.h"
#include "builder/layer/layer_forms.h"

namespace cooper {
namespace {

// The blob each layer goes out as. A base image's blob stays what it is, unless another compression
// was asked for all.
std::vector<oci::Descriptor> layer_descriptors(const BuildRequest& request, BuildTools& tools,
                                               const std::vector<oci::DiffId>& diff_ids,
                                               engine::LayerPool& layers, std::stop_token stop) {
  std::vector<oci::Descriptor> descriptors;
  for (const oci::DiffId& diff_id : diff_ids) {
    const auto base = layers.base_descriptor(diff_id);
    if (base && !request.force_compression) {
      descriptors.push_back(*base);
      continue;
    }
    if (base) {
      const oci::Descriptor blob = layers.blob(diff_id, stop);
      if (!layer::find_layer(tools.store, diff_id))
        layer::record_layer_blob(tools.store, diff_id, blob, 0);
    }
    descriptors.push_back(layer::ensure_layer_form(tools.store, diff_id, request.layers, stop));
  }
  return descriptors;
}

export_::Image make_image(const BuildRequest& request, BuildTools& tools, const BuildTarget& target,
                          const plan::TargetImage& planned,
                          std::span<const engine::StepResult> results, engine::LayerPool& layers,
                          std::stop_token stop) {
  engine::AssembledImage assembled = engine::assemble(
      planned, results,
      layer_descriptors(request, tools, results[planned.result].layers, layers, stop),
      request.layers.clamp_mtime, target.annotations);
  tools.store.put_blob(assembled.config_bytes);
  tools.store.put_blob(assembled.manifest_bytes);
  const auto fetch = [&layers, stop](const oci::Descriptor& blob) { layers.fetch(blob, stop); };
  return {target.name,
          target.tags,
          std::move(assembled.manifest),
          std::move(assembled.manifest_bytes),
          std::move(assembled.parsed),
          std::move(assembled.config_bytes),
          std::move(assembled.config),
          fetch};
}

bool is_complete(const store::Store& store, const export_::Image& image) {
  return std::ranges::all_of(image.parsed.layers, [&](const oci::Descriptor& layer) {
    return store.has_blob(layer.digest);
  });
}

// Into the store's index: always when nothing else was asked for, else when that needs no download.
void keep_in_store(BuildTools& tools, const BuildTarget& target, const export_::Image& image) {
  if (target.outputs.empty()) {
    for (const oci::Descriptor& layer : image.parsed.layers) {
      if (!tools.store.has_blob(layer.digest)) image.fetch_missing(layer);
    }
  } else if (!is_complete(tools.store, image)) {
    return;
  }
  oci::Descriptor manifest = image.manifest;
  manifest.platform = image.config.platform;
  for (const std::string& tag : image.tags) tools.store.tag_image(tag, manifest);
}

BuiltImage report_of(const export_::Image& image) {
  return {image.name, image.tags, image.manifest, image.parsed.config.digest, image.parsed.layers,
          0,          0};
}

}  // namespace

BuildReport finish_images(const BuildRequest& request, BuildTools& tools,
                          const plan::BuildGraph& graph,
                          std::span<const engine::StepResult> results, engine::LayerPool& layers,
                          std::stop_token stop) {
  std::vector<export_::Image> images;
  for (std::size_t i = 0; i < request.targets.size(); ++i) {
    images.push_back(
        make_image(request, tools, request.targets[i], graph.targets[i], results, layers, stop));
  }
  BuildReport report;
  std::vector<export_::ExportJob> jobs;
  std::vector<std::size_t> owner;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (request.targets[i].outputs.empty()) keep_in_store(tools, request.targets[i], images[i]);
    report.images.push_back(report_of(images[i]));
    for (const export_::Destination& destination : request.targets[i].outputs) {
      jobs.push_back({&images[i], &destination});
      owner.push_back(i);
    }
  }
  if (jobs.empty()) return report;
  const std::vector<export_::ExportOutcome> outcomes = tools.export_images(jobs, stop);
  for (std::size_t k = 0; k < outcomes.size(); ++k) {
    report.images[owner[k]].pushed_bytes += outcomes[k].pushed_bytes;
    report.images[owner[k]].reused_bytes += outcomes[k].reused_bytes;
  }
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (!request.targets[i].outputs.empty()) keep_in_store(tools, request.targets[i], images[i]);
  }
  return report;
}

}  // namespace cooper
