#include "builder/plan/build_graph.h"

#include <algorithm>

namespace cooper::plan {

namespace {

void add_input(std::vector<StepId>& out, const Input& input) {
  if (const auto* step = std::get_if<StepInput>(&input)) out.push_back(step->step);
}

}  // namespace

std::vector<StepId> inputs_of(const Step& step) {
  std::vector<StepId> out;
  if (step.parent) out.push_back(*step.parent);
  if (const auto* copy = std::get_if<CopyOp>(&step.op)) add_input(out, copy->from);
  if (const auto* run = std::get_if<RunOp>(&step.op)) {
    for (const MountOp& mount : run->mounts) add_input(out, mount.input);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace cooper::plan
