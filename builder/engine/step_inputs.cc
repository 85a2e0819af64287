#include "builder/engine/step_inputs.h"

namespace cooper::engine {

const oci::LayerChain& StepInputs::parent_layers(const plan::Step& step) const {
  static const oci::LayerChain kNone;
  return step.parent ? results_[*step.parent].layers : kNone;
}

std::shared_ptr<layer::FileTree> StepInputs::tree(const plan::Input& input) {
  if (const auto* context = std::get_if<plan::ContextInput>(&input))
    return shop_.contexts.at(context->context);
  if (const auto* step = std::get_if<plan::StepInput>(&input)) {
    const std::string name = "stage '" + graph_.steps[step->step].stage + "'";
    return std::make_shared<StageTree>(name, results_[step->step].layers.list(), shop_.layers,
                                       shop_.snapshots, stop_);
  }
  return nullptr;
}

std::optional<std::string> StepInputs::identity(const plan::Input& input) const {
  const auto* step = std::get_if<plan::StepInput>(&input);
  if (step == nullptr) return std::nullopt;
  const auto chain = results_[step->step].layers.id();
  return "step " + (chain ? chain->to_string() : "empty");
}

}  // namespace cooper::engine
