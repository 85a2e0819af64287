#include "builder/cache/build_record.h"

#include <algorithm>

namespace cooper::cache {

std::string_view to_string(StepOutcome outcome) {
  switch (outcome) {
    case StepOutcome::none: return "none";
    case StepOutcome::cached: return "cached";
    case StepOutcome::done: return "done";
    case StepOutcome::failed: return "failed";
    case StepOutcome::cancelled: return "cancelled";
  }
  return "unknown";
}

std::vector<std::size_t> BuildRecord::steps_of(const RecordedTarget& target) const {
  std::vector<bool> wanted(steps.size());
  if (target.result < steps.size()) wanted[target.result] = true;
  // A step's inputs have smaller numbers.
  for (std::size_t i = steps.size(); i-- > 0;) {
    if (!wanted[i]) continue;
    if (steps[i].parent) wanted[*steps[i].parent] = true;
    for (const std::size_t input : steps[i].inputs) wanted[input] = true;
  }
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i]) out.push_back(i);
  }
  return out;
}

std::vector<oci::DiffId> BuildRecord::stack_of(std::size_t step) const {
  std::vector<std::size_t> chain = {step};
  while (steps[chain.back()].parent) chain.push_back(*steps[chain.back()].parent);
  std::vector<oci::DiffId> layers = steps[chain.back()].base_layers;
  for (std::size_t i = chain.size(); i-- > 0;) {
    if (steps[chain[i]].layer) layers.push_back(*steps[chain[i]].layer);
  }
  return layers;
}

std::string BuildRecord::name_of(const RecordedTarget& target) {
  if (!target.name.empty()) return target.name;
  return target.tags.empty() ? target.stage : target.tags.front();
}

}  // namespace cooper::cache
