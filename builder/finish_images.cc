#include "builder/finish_images.h"

#include <algorithm>

#include "base/error.h"
#include "base/trace.h"
#include "builder/engine/assemble.h"
#include "builder/export/image_blobs.h"
#include "builder/layer/layer_forms.h"
#include "builder/layer_secrets.h"
#include "builder/shared_caches.h"
#include "oci/media_type.h"

namespace cooper {
namespace {

// The blob each layer goes out as. A base image's blob stays what it is, unless another compression
// was asked for all; a shared cache's is taken as it is if it has the right one.
std::vector<oci::Descriptor> layer_descriptors(const BuildRequest& request, BuildTools& tools,
                                               const std::vector<oci::DiffId>& diff_ids,
                                               engine::LayerPool& layers, std::stop_token stop) {
  std::vector<oci::Descriptor> descriptors;
  for (const oci::DiffId& diff_id : diff_ids) {
    if (layers.is_named(diff_id)) static_cast<void>(layers.blob(diff_id, stop));  // to be made
    const auto base = layers.base_descriptor(diff_id);
    const bool shared = base && layers.is_shared(diff_id);
    const bool fits =
        shared ? layer::is_of_form(*base, request.layers.compression) : !request.force_compression;
    if (base && fits) {
      descriptors.push_back(*base);
      continue;
    }
    if (shared) {
      static_cast<void>(layers.index(diff_id, stop));  // fetches, checks and records it
    } else if (base) {
      const oci::Descriptor blob = layers.blob(diff_id, stop);
      if (!layer::find_layer(tools.store, diff_id))
        layer::record_layer_blob(tools.store, diff_id, blob, 0);
    }
    descriptors.push_back(layer::ensure_layer_form(tools.store, diff_id, request.layers, stop));
  }
  return descriptors;
}

// With type=inline the image's configuration says which steps made its layers; what a base image
// says of its own steps is not carried on.
void set_inline_cache(oci::ImageConfig& config, const BuildTarget& target,
                      const FinishedSteps& steps, plan::StepId result,
                      const std::vector<oci::Descriptor>& blobs) {
  const std::vector<oci::DiffId> layers = steps.results[result].layers.list();
  const bool wanted = std::any_of(target.cache_to.begin(), target.cache_to.end(),
                                  [](const share::CacheLocation& location) {
                                    return location.kind == share::CacheLocation::Kind::embedded;
                                  });
  if (!wanted) {
    config.extra_json = cache::with_inline_cache(config.extra_json, layers, nullptr);
    return;
  }
  const cache::SharedCache made = image_cache(steps.used, steps.graph, result, layers, blobs);
  config.extra_json = cache::with_inline_cache(config.extra_json, layers, &made);
}

export_::Image make_image(const BuildRequest& request, BuildTools& tools, const BuildTarget& target,
                          const FinishedSteps& steps, const plan::TargetImage& given,
                          engine::LayerPool& layers, std::stop_token stop) {
  plan::TargetImage planned = given;
  auto blobs =
      layer_descriptors(request, tools, steps.results[planned.result].layers.list(), layers, stop);
  set_inline_cache(planned.config, target, steps, planned.result, blobs);
  engine::AssembledImage assembled = engine::assemble(
      planned, steps.results, std::move(blobs), request.layers.clamp_mtime, target.annotations);
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

// The images of several platforms as one: they go out before the index that lists them.
export_::Image make_index(BuildTools& tools, const BuildTarget& target,
                          std::vector<export_::Image> children) {
  oci::Index index;
  index.media_type = oci::media_type::kIndex;
  for (export_::Image& child : children) {
    oci::Descriptor entry = child.manifest;
    entry.platform = child.config.platform;
    index.manifests.push_back(std::move(entry));
    child.tags.clear();
  }
  export_::Image image{target.name,
                       target.tags,
                       children.front().manifest,
                       oci::to_json(index),
                       {{}, children.front().parsed.config, {}},
                       {},
                       {},
                       {}};
  image.manifest = {index.media_type, tools.store.put_blob(image.manifest_bytes),
                    image.manifest_bytes.size()};
  image.fetch_missing = children.front().fetch_missing;
  image.children = std::move(children);
  return image;
}

// BUILDKIT_MULTI_PLATFORM: an index for one platform too.
bool wants_index(const BuildTarget& target, std::size_t platforms) {
  const auto found = target.build_args.find("BUILDKIT_MULTI_PLATFORM");
  return platforms > 1 ||
         (found != target.build_args.end() && (found->second == "1" || found->second == "true"));
}

std::vector<export_::Image> make_images(const BuildRequest& request, BuildTools& tools,
                                        const FinishedSteps& steps, engine::LayerPool& layers,
                                        const std::stop_token& stop) {
  std::vector<export_::Image> images;
  std::size_t at = 0;
  for (std::size_t i = 0; i < request.targets.size(); ++i) {
    const BuildTarget& target = request.targets[i];
    std::vector<export_::Image> made;
    for (; at < steps.owners.size() && steps.owners[at] == i; ++at) {
      made.push_back(
          make_image(request, tools, target, steps, steps.graph.targets[at], layers, stop));
    }
    images.push_back(wants_index(target, made.size()) ? make_index(tools, target, std::move(made))
                                                      : std::move(made.front()));
  }
  return images;
}

// Into the store's index: always when nothing else was asked for, else when that needs no download.
void keep_in_store(BuildTools& tools, const BuildTarget& target, const export_::Image& image) {
  for (const oci::Descriptor& blob : export_::blobs_of(image)) {
    if (tools.store.has_blob(blob.digest)) continue;
    if (!target.outputs.empty()) return;
    image.fetch_missing(blob);
  }
  oci::Descriptor manifest = image.manifest;
  if (image.children.empty()) manifest.platform = image.config.platform;
  if (image.tags.empty()) return;
  for (const oci::Descriptor& blob : export_::blobs_of(image)) tools.store.flush_blob(blob.digest);
  for (const std::string& tag : image.tags) tools.store.tag_image(tag, manifest);
}

BuiltImage report_of(const export_::Image& image) {
  BuiltImage built{image.name, image.tags, image.manifest, std::nullopt, image.parsed.layers, 0, 0};
  if (image.children.empty()) built.config = image.parsed.config.digest;
  for (const export_::Image& child : image.children)
    built.layers.insert(built.layers.end(), child.parsed.layers.begin(), child.parsed.layers.end());
  return built;
}

}  // namespace

BuildReport finish_images(const BuildRequest& request, BuildTools& tools,
                          const FinishedSteps& steps, engine::LayerPool& layers,
                          std::stop_token stop) {
  const std::vector<export_::Image> images = make_images(request, tools, steps, layers, stop);
  check_secrets(request, tools, steps, layers, images, stop);
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
  const std::vector<export_::ExportOutcome> outcomes = [&] {
    const base::Span span("upload", "outputs of all images");
    return tools.export_images(jobs, stop);
  }();
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
