// Keeps a store within its limits: after builds, and during one when it grows beyond them.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "builder/store/store.h"
#include "builder/upkeep/collection.h"
#include "builder/upkeep/limits.h"

namespace cooper::upkeep {

struct Collected {
  Removed removed;
  std::uint64_t total = 0;  // bytes the store takes now
  std::uint64_t over = 0;   // bytes over the limits that images need
};

// One collector at a time: nullopt when another one is at work. Throws base::Error.
std::optional<Collected> collect(const std::string& root, const Limits& limits,
                                 const std::function<bool()>& stop = {});

// Knows how large the store is without looking at every file: what it was when it was measured
// last, and what has been added to it since, by anybody. Thread-safe.
class SizeGuard {
 public:
  // `store` outlives it.
  SizeGuard(const store::Store& store, const Limits& limits);

  // After a step: collects at once if the store is over its limits, so that it is never over them
  // by more than the steps in flight.
  void check();
  // After a build: true if collection has something to do, or was not done for a day.
  [[nodiscard]] bool is_due();

 private:
  void load();
  void add_new();
  [[nodiscard]] bool is_over() const;

  const store::Store& store_;
  Limits limits_;
  std::mutex mutex_;
  std::set<std::string> known_;  // paths of blobs and snapshots that are counted already
  std::uint64_t total_ = 0;
  std::int64_t measured_ = 0;
};

}  // namespace cooper::upkeep
