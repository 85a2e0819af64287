// The inputs of a step as trees: build contexts and the results of earlier steps. One object per
// step, used by one thread.
#pragma once

#include <memory>
#include <span>
#include <stop_token>

#include "builder/engine/stage_tree.h"
#include "builder/engine/workshop.h"
#include "builder/plan/build_graph.h"

namespace cooper::engine {

class StepInputs {
 public:
  // `results` has the results of all steps before this one.
  StepInputs(Workshop& shop, const plan::BuildGraph& graph, std::span<const StepResult> results,
             std::stop_token stop)
      : shop_(shop), graph_(graph), results_(results), stop_(stop) {}

  [[nodiscard]] const StepResult& result(plan::StepId step) const { return results_[step]; }
  // Layers of the step's parent; empty for scratch.
  [[nodiscard]] const oci::LayerChain& parent_layers(const plan::Step& step) const;
  // nullptr for EmptyInput.
  [[nodiscard]] std::shared_ptr<layer::FileTree> tree(const plan::Input& input);
  // "step <chain id>" for a step's result, whose layers then need not be looked at; nullopt for
  // contexts.
  [[nodiscard]] std::optional<std::string> identity(const plan::Input& input) const;
  [[nodiscard]] std::stop_token stop() const { return stop_; }

 private:
  Workshop& shop_;
  const plan::BuildGraph& graph_;
  std::span<const StepResult> results_;
  std::stop_token stop_;
};

}  // namespace cooper::engine
