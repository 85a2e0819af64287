#include "builder/share/shared_steps.h"

#include "base/error.h"
#include "base/trace.h"
#include "builder/share/cache_reader.h"
#include "registry/parallel.h"

namespace cooper::share {
namespace {

constexpr unsigned kThreads = 8;

}  // namespace

SharedSteps::SharedSteps(std::vector<Place> places, std::function<void(const std::string&)> warn,
                         std::stop_token stop)
    : places_(std::move(places)), warn_(std::move(warn)), stop_(std::move(stop)) {}

void SharedSteps::load() {
  const base::Span span("resolve", "caches");
  loaded_.resize(places_.size());
  registry::for_each_parallel(
      places_.size(), kThreads, stop_, [&](std::size_t i, const std::stop_token& stop) {
        try {
          const std::unique_ptr<CacheDepot> depot = places_[i].open();
          KnownCache known = read_cache(*depot, stop);
          if (!places_[i].mounts) known.cache.mounts.clear();
          loaded_[i] = {std::move(known.cache), depot->blobs()};
        } catch (const base::Error& error) {
          if (error.kind() == base::ErrorKind::cancelled) throw;
          const std::lock_guard guard(mutex_);
          warn_("the cache " + places_[i].name + " is not used: " + error.what());
        }
      });
}

std::optional<cache::FoundLayer> SharedSteps::layer_of(const Loaded& loaded,
                                                       const oci::DiffId& layer) {
  const auto blob = loaded.cache.layers.find(layer);
  if (blob == loaded.cache.layers.end()) return std::nullopt;
  return cache::FoundLayer{layer, blob->second, loaded.blobs};
}

std::optional<cache::FoundStep> SharedSteps::find(const cache::StepKey& key) {
  std::call_once(once_, [this] { load(); });
  const std::lock_guard guard(mutex_);
  if (disabled_) return std::nullopt;
  std::optional<cache::FoundStep> named;
  for (const Loaded& loaded : loaded_) {
    const auto step = loaded.cache.steps.find(key.hex);
    if (step == loaded.cache.steps.end()) continue;
    cache::FoundStep found{cache::record_of(key.hex, step->second),
                           layer_of(loaded, step->second.layer)};
    if (found.layer) return found;
    if (!named && !names_forgotten_) named = std::move(found);
  }
  return named;
}

std::optional<cache::FoundLayer> SharedSteps::find_mount(const std::string& id) {
  std::call_once(once_, [this] { load(); });
  const std::lock_guard guard(mutex_);
  if (disabled_) return std::nullopt;
  for (const Loaded& loaded : loaded_) {
    const auto mount = loaded.cache.mounts.find(id);
    if (mount != loaded.cache.mounts.end()) return layer_of(loaded, mount->second.layer);
  }
  return std::nullopt;
}

void SharedSteps::forget_names() {
  const std::lock_guard guard(mutex_);
  names_forgotten_ = true;
}

void SharedSteps::disable() {
  const std::lock_guard guard(mutex_);
  disabled_ = true;
}

}  // namespace cooper::share
