// The caches of --cache-from as one StepSource. They are asked for only when a step is not in the
// store, all at once; of each only the manifests are read. One that cannot be read is told of and
// left out.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/cache/step_source.h"
#include "builder/share/cache_depot.h"

namespace cooper::share {

class SharedSteps final : public cache::StepSource {
 public:
  struct Place {
    std::string name;  // for people
    // Called when the caches are asked for; may throw.
    std::function<std::unique_ptr<CacheDepot>()> open;
    bool mounts = true;
  };
  // `warn` is called from several threads, one at a time.
  SharedSteps(std::vector<Place> places, std::function<void(const std::string& text)> warn,
              std::stop_token stop);

  [[nodiscard]] std::optional<cache::FoundStep> find(const cache::StepKey& key) override;
  [[nodiscard]] std::optional<cache::FoundLayer> find_mount(const std::string& id) override;
  // From now on knows only steps whose layers can be had.
  void forget_names();
  // Knows nothing from now on.
  void disable();

 private:
  struct Loaded {
    cache::SharedCache cache;
    std::shared_ptr<store::BlobProvider> blobs;
  };
  void load();
  [[nodiscard]] static std::optional<cache::FoundLayer> layer_of(const Loaded& loaded,
                                                                 const oci::DiffId& layer);

  std::vector<Place> places_;
  std::function<void(const std::string&)> warn_;
  std::stop_token stop_;
  std::once_flag once_;
  std::mutex mutex_;
  bool names_forgotten_ = false, disabled_ = false;
  std::vector<Loaded> loaded_;
};

}  // namespace cooper::share
