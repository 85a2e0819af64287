// Results of steps across invocations: StepKey -> StepRecord in the store. Thread-safe. A damaged
// record is a miss.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "builder/cache/step_key.h"
#include "builder/cache/step_record.h"
#include "builder/store/store.h"

namespace cooper::cache {

class StepCache {
 public:
  // `store` outlives the cache.
  explicit StepCache(store::Store& store);
  // The record, if its layer (record and at least one blob that verifies) is still in the store;
  // else nullopt, and the rest of the entry is dropped. Notes the use. `parts` is left empty: see
  // parts().
  [[nodiscard]] std::optional<StepRecord> find(const StepKey& key);
  void put(const StepRecord& record);
  // What the key of a step that was put was made of; nullopt when that is not known any more.
  [[nodiscard]] std::optional<std::vector<KeyPart>> parts(const StepKey& key) const;
  // One process at a time makes a step's result; see store::Store::lock.
  [[nodiscard]] store::Lock lock(const StepKey& key, std::stop_token stop,
                                 const std::function<void()>& waiting);
  // All records that can be read, without their parts; layers are not looked at.
  [[nodiscard]] std::vector<StepRecord> list() const;

 private:
  store::Store* store_;
};

}  // namespace cooper::cache
