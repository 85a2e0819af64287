#include "builder/plan/stage_results.h"

#include <utility>
#include <variant>

namespace cooper::plan {

StageResults::StageResults(const StageTable& table, const std::set<std::size_t>& planned) {
  for (const std::size_t stage : planned) {
    if (const auto* base = std::get_if<StageOrigin>(&table.at(stage).base)) ++uses_[base->stage];
  }
  ++uses_[table.target()];
}

void StageResults::keep(std::size_t stage, StageState state) {
  steps_.emplace(stage, state.result);
  if (uses_.contains(stage)) states_.emplace(stage, std::move(state));
}

StageState StageResults::use(std::size_t stage) {
  if (--uses_.at(stage) > 0) return states_.at(stage);
  StageState state = std::move(states_.at(stage));
  states_.erase(stage);
  return state;
}

}  // namespace cooper::plan
