// Builds that run RUN steps at present, in this process or another, as their log writers announce
// them: a lock on the folder of their logs, which dies with the process, and in it the record as it
// was when the first of the steps began.
#pragma once

#include <string>
#include <vector>

#include "builder/cache/build_record.h"
#include "builder/store/store.h"

namespace cooper::cache {

class RunningBuilds {
 public:
  static constexpr const char* kRecord = "record";

  // `store` outlives it.
  explicit RunningBuilds(const store::Store& store) : store_(store) {}

  // The newest first.
  [[nodiscard]] std::vector<BuildRecord> list() const;
  [[nodiscard]] bool runs(const std::string& id) const;

 private:
  const store::Store& store_;
};

}  // namespace cooper::cache
