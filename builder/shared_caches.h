// --cache-from and --cache-to of one build: what other machines know, and what they are told. A
// cache that fails is told of as a remark and never ends the build, unless ignore-error=false.
#pragma once

#include <memory>
#include <stop_token>

#include "builder/build.h"
#include "builder/cache/step_cache.h"
#include "builder/cache/used_steps.h"
#include "builder/engine/layer_pool.h"
#include "builder/finish_images.h"
#include "builder/share/shared_steps.h"

namespace cooper {

class SharedCaches {
 public:
  // All outlive it.
  SharedCaches(const BuildRequest& request, const BuildTools& tools, engine::EventSink events,
               std::stop_token stop);

  // nullptr when no target names a cache to read.
  [[nodiscard]] cache::StepSource* source() const { return steps_.get(); }
  [[nodiscard]] cache::UsedSteps& used() { return used_; }

  // Whether `error` came from a layer of a shared cache that could not be had; then the caches are
  // forgotten, or the results that they only name, and the build can be done again without those.
  [[nodiscard]] bool give_up(const base::Error& error, engine::LayerPool& layers);

  // After the images: what was taken from elsewhere and is here now becomes part of this store.
  void keep_taken(cache::StepCache& cache, engine::LayerPool& layers);
  // Throws base::Error only for a cache with ignore-error=false.
  void save(const FinishedSteps& steps, engine::LayerPool& layers);

 private:
  const BuildRequest& request_;
  const BuildTools& tools_;
  engine::EventSink events_;
  std::stop_token stop_;
  cache::UsedSteps used_;
  std::unique_ptr<share::SharedSteps> steps_;
};

// The steps whose results are layers of the image, for type=inline.
[[nodiscard]] cache::SharedCache image_cache(const cache::UsedSteps& used,
                                             const plan::BuildGraph& graph, plan::StepId result,
                                             const std::vector<oci::DiffId>& layers,
                                             const std::vector<oci::Descriptor>& blobs);

}  // namespace cooper
