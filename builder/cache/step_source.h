// Results of steps, and cache mounts, that are not in the store but can be had from elsewhere. What
// is found is only named here; bytes are fetched when something needs them, and checked then.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "builder/cache/step_record.h"
#include "builder/store/blob_provider.h"

namespace cooper::cache {

struct FoundLayer {
  oci::DiffId diff_id;
  oci::Descriptor blob;
  std::shared_ptr<store::BlobProvider> provider;
};
struct FoundStep {
  StepRecord record;                // without parts
  std::optional<FoundLayer> layer;  // absent: only the step's result is known, not its files
};

// Thread-safe. A source that cannot be reached knows nothing; it does not throw, but for
// base::Error(cancelled).
class StepSource {
 public:
  StepSource() = default;
  StepSource(const StepSource&) = delete;
  StepSource& operator=(const StepSource&) = delete;
  virtual ~StepSource() = default;

  [[nodiscard]] virtual std::optional<FoundStep> find(const StepKey& key) = 0;
  [[nodiscard]] virtual std::optional<FoundLayer> find_mount(const std::string& id) = 0;
};

}  // namespace cooper::cache
