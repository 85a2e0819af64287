// The records of earlier builds in the store, at most kMaxBuilds. A damaged one counts as absent.
#pragma once

#include <string>
#include <vector>

#include "builder/cache/build_record.h"
#include "builder/store/store.h"

namespace cooper::cache {

constexpr std::string_view kBuildRecords = "builds";

class BuildHistory {
 public:
  static constexpr std::size_t kMaxBuilds = 100;

  // `store` outlives the history.
  explicit BuildHistory(const store::Store& store) : store_(&store) {}

  // The newest first.
  [[nodiscard]] std::vector<std::string> ids() const;
  [[nodiscard]] std::optional<BuildRecord> read(const std::string& id) const;
  // Up to `count` records, the newest first.
  [[nodiscard]] std::vector<BuildRecord> newest(std::size_t count) const;
  // A new id for a build that began at that time.
  [[nodiscard]] static std::string new_id(const BuildRecord& record);
  // Under its own id; the oldest records beyond the limit go, and the logs of their steps.
  void put(const BuildRecord& record) const;
  // The same under a new id, which is given back.
  std::string add(BuildRecord record) const;

 private:
  const store::Store* store_;
};

}  // namespace cooper::cache
