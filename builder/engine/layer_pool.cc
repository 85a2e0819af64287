#include "builder/engine/layer_pool.h"

#include <algorithm>

#include "base/error.h"
#include "base/trace.h"
#include "builder/layer/layer_forms.h"
#include "builder/layer/layer_reader.h"
#include "builder/layer/layer_writer.h"

namespace cooper::engine {

using base::Error;
using base::ErrorKind;

void LayerPool::add_base(const plan::BaseImage& image,
                         std::shared_ptr<store::BlobProvider> provider) {
  const std::lock_guard guard(mutex_);
  for (std::size_t i = 0; i < image.layers.size(); ++i) {
    bases_.insert_or_assign(image.config.diff_ids[i], Base{image.layers[i], provider});
  }
}

bool LayerPool::has_sound_blob(const oci::DiffId& layer) const {
  const auto record = layer::find_layer(store_, layer);
  return record &&
         std::any_of(record->blobs.begin(), record->blobs.end(),
                     [this](const auto& form) { return store_.verify_blob(form.digest); });
}

void LayerPool::add_named(const oci::DiffId& layer) {
  if (has_sound_blob(layer)) return;
  const std::lock_guard guard(mutex_);
  if (!bases_.contains(layer)) named_.insert(layer);
}

bool LayerPool::is_named(const oci::DiffId& layer) const {
  const std::lock_guard guard(mutex_);
  return named_.contains(layer);
}

bool LayerPool::named_needed() const {
  const std::lock_guard guard(mutex_);
  return named_needed_;
}

void LayerPool::forget_named() {
  const std::lock_guard guard(mutex_);
  named_.clear();
  named_needed_ = false;
}

void LayerPool::add_shared(const cache::FoundLayer& layer) {
  if (has_sound_blob(layer.diff_id)) return;
  const std::lock_guard guard(mutex_);
  named_.erase(layer.diff_id);
  bases_.emplace(layer.diff_id, Base{layer.blob, layer.provider, true});
}

bool LayerPool::is_shared(const oci::DiffId& layer) const {
  const std::lock_guard guard(mutex_);
  const auto found = bases_.find(layer);
  return found != bases_.end() && found->second.shared;
}

std::string LayerPool::shared_failure() const {
  const std::lock_guard guard(mutex_);
  return shared_failure_;
}

bool LayerPool::has_shared() const {
  const std::lock_guard guard(mutex_);
  return std::any_of(bases_.begin(), bases_.end(),
                     [](const auto& base) { return base.second.shared; });
}

void LayerPool::forget_shared() {
  const std::lock_guard guard(mutex_);
  std::erase_if(bases_, [](const auto& base) { return base.second.shared; });
  shared_failure_.clear();
}

std::optional<oci::Descriptor> LayerPool::base_descriptor(const oci::DiffId& layer) const {
  const std::lock_guard guard(mutex_);
  const auto found = bases_.find(layer);
  if (found == bases_.end()) return std::nullopt;
  return found->second.descriptor;
}

std::shared_ptr<std::mutex> LayerPool::turn_of(const std::string& name) {
  const std::lock_guard guard(mutex_);
  auto& turn = turns_[name];
  if (!turn) turn = std::make_shared<std::mutex>();
  return turn;
}

namespace {

// Wrong bytes are asked for once more: the next connection may have a better copy behind it.
void fetch_verified(store::Store& store, store::BlobProvider& provider, const oci::Descriptor& blob,
                    const std::stop_token& stop) {
  for (bool again = false;; again = true) {
    const base::Span span("download", blob.digest.to_string());
    const auto writer = store.new_blob();
    try {
      provider.fetch(blob, *writer, stop);
      static_cast<void>(writer->commit(blob));
      return;
    } catch (const Error& error) {
      if (again || error.kind() != ErrorKind::corrupt) throw;
    }
  }
}

}  // namespace

void LayerPool::fetch(const oci::Descriptor& blob, std::stop_token stop) {
  const auto turn = turn_of("blob " + blob.digest.hex());
  const std::lock_guard working(*turn);
  if (store_.verify_blob(blob.digest)) return;
  std::shared_ptr<store::BlobProvider> provider;
  bool shared = true;
  {
    const std::lock_guard guard(mutex_);
    for (const auto& [diff_id, base] : bases_) {
      if (base.descriptor.digest != blob.digest || (provider && base.shared)) continue;
      provider = base.provider;
      shared = base.shared;
    }
  }
  if (!provider) {
    throw Error(ErrorKind::corrupt, "read layer", blob.digest.to_string(),
                "it is not in the store any more")
        .with_hint("run the build again: the step that made it will run again");
  }
  const store::Lock lock = store_.lock("blob", blob.digest.hex(), stop);
  if (store_.verify_blob(blob.digest)) return;
  const std::string what = provider->name() + " " + blob.digest.to_string().substr(0, 19);
  events_(Transfer{what, 0, blob.size});
  try {
    fetch_verified(store_, *provider, blob, stop);
  } catch (const Error& error) {
    if (shared && error.kind() != ErrorKind::cancelled) {
      const std::lock_guard guard(mutex_);
      shared_failure_ = error.what();
    }
    throw;
  }
  events_(Transfer{what, blob.size, blob.size});
}

oci::Descriptor LayerPool::blob(const oci::DiffId& layer, std::stop_token stop) {
  if (const auto record = layer::find_layer(store_, layer)) {
    for (const oci::Descriptor& form : record->blobs) {
      if (store_.verify_blob(form.digest)) return form;
    }
  }
  const auto descriptor = base_descriptor(layer);
  if (!descriptor) {
    if (is_named(layer)) {
      const std::lock_guard guard(mutex_);
      named_needed_ = true;
      throw Error(ErrorKind::not_found, "read layer", layer.to_string(),
                  "the cache knows it by its name only");
    }
    throw Error(ErrorKind::corrupt, "read layer", layer.to_string(),
                "its blob is not in the store any more")
        .with_hint("run the build again: the step that made it will run again");
  }
  fetch(*descriptor, stop);
  return *descriptor;
}

std::shared_ptr<const layer::LayerIndex> LayerPool::known_index(const oci::DiffId& layer) const {
  const std::lock_guard guard(mutex_);
  const auto found = indexes_.find(layer);
  return found == indexes_.end() ? nullptr : found->second;
}

bool LayerPool::has_index(const oci::DiffId& layer) {
  if (known_index(layer)) return true;
  auto index = layer::find_layer_index(store_, layer);
  if (!index) return false;
  const std::lock_guard guard(mutex_);
  indexes_[layer] = std::move(index);
  return true;
}

std::shared_ptr<const layer::LayerIndex> LayerPool::index(const oci::DiffId& layer,
                                                          std::stop_token stop) {
  if (auto known = known_index(layer)) return known;
  const auto turn = turn_of("index " + layer.hex());
  const std::lock_guard working(*turn);
  if (auto known = known_index(layer)) return known;
  auto index = layer::find_layer_index(store_, layer);
  if (!index) {
    const oci::Descriptor descriptor = blob(layer, stop);
    const base::Span span("unpack", layer.to_string());
    layer::ReadOptions options;
    options.tell = [this](const std::string& line) { tell(line); };
    layer::ReadLayer read =
        layer::read_layer(store_, descriptor, layer, -1, layer::TreeForm::overlay, stop, options);
    layer::record_layer_blob(store_, layer, descriptor, read.tar_size);
    layer::record_layer_index(store_, layer, read.index);
    index = std::make_shared<const layer::LayerIndex>(std::move(read.index));
  }
  const std::lock_guard guard(mutex_);
  return indexes_[layer] = index;
}

layer::LayerStack LayerPool::stack(std::span<const oci::DiffId> layers, std::stop_token stop) {
  std::vector<std::shared_ptr<const layer::LayerIndex>> indexes;
  for (const oci::DiffId& layer : layers) indexes.push_back(index(layer, stop));
  return layer::LayerStack(std::move(indexes));
}

void LayerPool::tell(const std::string& line) {
  if (events_) events_(Remark{line});
}

void LayerPool::remember(const oci::DiffId& layer, layer::LayerIndex index) {
  auto shared = std::make_shared<const layer::LayerIndex>(std::move(index));
  const std::lock_guard guard(mutex_);
  indexes_[layer] = std::move(shared);
}

}  // namespace cooper::engine
