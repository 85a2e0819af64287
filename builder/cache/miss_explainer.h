// Why a step is no hit: what it is compared with is the nearest earlier step, found in the records
// of the last builds. Thread-safe; the records are read with the first question, so a build of hits
// pays nothing.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "builder/cache/build_history.h"
#include "builder/cache/change.h"
#include "builder/cache/step_cache.h"

namespace cooper::cache {

// The step that is a miss.
struct MissedStep {
  std::string label, file;
  std::string parent_label;             // "" when it stands on nothing
  std::string base_image, base_digest;  // when its parent is a base image
  bool parent_cached = false;           // its parent was a hit
};

class MissExplainer {
 public:
  // `store` and `cache` outlive it.
  MissExplainer(const store::Store& store, const StepCache& cache)
      : history_(store), cache_(&cache) {}

  // Never empty: with no earlier step like it, that is the cause.
  [[nodiscard]] std::vector<Change> explain(const MissedStep& step,
                                            const std::vector<KeyPart>& parts);

 private:
  struct Candidate {
    const BuildRecord* build;
    std::size_t step;
  };
  void load();
  [[nodiscard]] std::vector<Candidate> candidates(const MissedStep& step) const;
  void name_parent(std::vector<Change>& changes, const MissedStep& step,
                   const Candidate& before) const;

  BuildHistory history_;
  const StepCache* cache_;
  std::once_flag loaded_;
  std::vector<BuildRecord> builds_;  // the newest first
};

}  // namespace cooper::cache
