// Equal steps are one step. Two steps are equal when they do the same thing to the same input on
// the same platform; where they were written, and values that are no part of a result (proxies,
// secrets' content), do not count.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "builder/plan/build_graph.h"

namespace cooper::plan {

// A text that is equal exactly for equal steps: every field length-framed (row K8), inputs by their
// ids.
[[nodiscard]] std::string canonical_text(const Step& step);

// All canonical texts of one plan together; a Dockerfile of honest size needs a few hundred KiB.
inline constexpr std::uint64_t kMaxStepBytes = std::uint64_t{512} << 20U;

class StepInterner {
 public:
  // The id of an equal step, or of `step` itself, appended to `steps` with its id set. Inputs were
  // interned before. A no_cache wish of any of the equal steps is kept.
  StepId intern(std::vector<Step>& steps, Step step);

 private:
  std::map<std::string, StepId> ids_;  // by the hash of the canonical text
  std::uint64_t bytes_ = 0;
};

}  // namespace cooper::plan
