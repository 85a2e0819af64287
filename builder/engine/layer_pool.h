// The layers a build knows: where a base image's blobs come from, which are here already, their
// indexes. Blobs are fetched and indexes made only when asked for, once, however many steps ask at
// the same time. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <stop_token>

#include "builder/cache/step_source.h"
#include "builder/engine/event.h"
#include "builder/layer/layer_stack.h"
#include "builder/plan/build_graph.h"
#include "builder/store/blob_provider.h"
#include "builder/store/store.h"
#include "oci/digest.h"

namespace cooper::engine {

class LayerPool {
 public:
  // `store` outlives the pool.
  LayerPool(store::Store& store, EventSink events) : store_(store), events_(std::move(events)) {}

  void add_base(const plan::BaseImage& image, std::shared_ptr<store::BlobProvider> provider);

  // A layer of a cache elsewhere: like a base image's, it is fetched when something needs it.
  // Nothing happens when a sound blob of it is in the store.
  void add_shared(const cache::FoundLayer& layer);
  [[nodiscard]] bool is_shared(const oci::DiffId& layer) const;
  // Whether a layer added by add_shared could not be had, and why; "" when all is well.
  [[nodiscard]] std::string shared_failure() const;
  [[nodiscard]] bool has_shared() const;
  // As if none had been added.
  void forget_shared();

  // A layer that only has a name: a cache knows it for the result of a step, but does not have it.
  // Asking for its blob is an Error, and named_needed() from then on. Nothing happens when a sound
  // blob of it is in the store.
  void add_named(const oci::DiffId& layer);
  [[nodiscard]] bool is_named(const oci::DiffId& layer) const;
  [[nodiscard]] bool named_needed() const;
  void forget_named();

  // The descriptor of a base image's layer, or of a shared one; nullopt for layers made here.
  [[nodiscard]] std::optional<oci::Descriptor> base_descriptor(const oci::DiffId& layer) const;
  // A sound blob of the layer, fetched if it is not here.
  [[nodiscard]] oci::Descriptor blob(const oci::DiffId& layer, std::stop_token stop);
  // Fetches a base image's blob into the store if it is not here.
  void fetch(const oci::Descriptor& blob, std::stop_token stop);

  [[nodiscard]] std::shared_ptr<const layer::LayerIndex> index(const oci::DiffId& layer,
                                                               std::stop_token stop);
  [[nodiscard]] layer::LayerStack stack(std::span<const oci::DiffId> layers, std::stop_token stop);
  // Whether the index is to be had without reading the blob.
  [[nodiscard]] bool has_index(const oci::DiffId& layer);
  // Says it as a Remark.
  void tell(const std::string& line);
  // Spares the reading back of an index that was just made.
  void remember(const oci::DiffId& layer, layer::LayerIndex index);

 private:
  struct Base {
    oci::Descriptor descriptor;
    std::shared_ptr<store::BlobProvider> provider;
    bool shared = false;
  };
  [[nodiscard]] bool has_sound_blob(const oci::DiffId& layer) const;
  [[nodiscard]] std::shared_ptr<std::mutex> turn_of(const std::string& name);
  [[nodiscard]] std::shared_ptr<const layer::LayerIndex> known_index(
      const oci::DiffId& layer) const;

  store::Store& store_;
  EventSink events_;
  mutable std::mutex mutex_;  // guards the maps, never held while working
  std::map<oci::DiffId, Base> bases_;
  std::map<oci::DiffId, std::shared_ptr<const layer::LayerIndex>> indexes_;
  std::map<std::string, std::shared_ptr<std::mutex>> turns_;
  std::string shared_failure_;
  std::set<oci::DiffId> named_;
  bool named_needed_ = false;
};

}  // namespace cooper::engine
