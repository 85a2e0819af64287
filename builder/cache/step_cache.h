// Results of steps across invocations: StepKey -> StepRecord in the store. Thread-safe. A damaged record is a miss.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/cache/step_key.h"
#include "builder/store/store.h"

namespace cooper::cache {

struct StepRecord {
  StepKey key;
  oci::DiffId diff_id;            // the layer the step made
  std::int64_t created = 0;       // seconds; SOURCE_DATE_EPOCH when that was set
  std::string label;              // for people
  std::uint64_t milliseconds = 0; // how long it took
  std::vector<KeyPart> parts;
};

class StepCache {
 public:
  explicit StepCache(store::Store& store);
  // The record, if its layer (record, index and at least one blob that verifies) is still in the store; else nullopt and the rest
  // of the entry is dropped. Notes the use.
  [[nodiscard]] std::optional<StepRecord> find(const StepKey& key);
  void put(const StepRecord& record);
  // One process at a time makes a step's result; see store::Store::lock.
  [[nodiscard]] store::Lock lock(const StepKey& key, std::stop_token stop, const std::function<void()>& waiting);
  [[nodiscard]] std::vector<StepRecord> list() const;

 private:
  store::Store* store_;
};

}  // namespace cooper::cache
