// What the stages of one request have become, as long as a later stage needs it. The last one that
// begins with a stage gets its state and not a copy, so that a chain of stages is planned in linear
// time.
#pragma once

#include <cstddef>
#include <map>
#include <set>

#include "builder/plan/stage_state.h"
#include "builder/plan/stage_table.h"

namespace cooper::plan {

class StageResults {
 public:
  // `planned`: the stages that will be planned. One more use of the target's is its image.
  StageResults(const StageTable& table, const std::set<std::size_t>& planned);

  void keep(std::size_t stage, StageState state);
  // The file system of a stage that was kept.
  [[nodiscard]] StepId step(std::size_t stage) const { return steps_.at(stage); }
  // The state of a stage that was kept, for one of its uses.
  [[nodiscard]] StageState use(std::size_t stage);

 private:
  std::map<std::size_t, std::size_t> uses_;  // how many there will be
  std::map<std::size_t, StepId> steps_;
  std::map<std::size_t, StageState> states_;  // of those that have uses
};

}  // namespace cooper::plan
