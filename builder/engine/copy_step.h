// COPY, ADD and WORKDIR: files -> one layer, without a mounted file system.
#pragma once

#include <string>

#include "builder/engine/copy_selection.h"
#include "builder/engine/step_inputs.h"
#include "builder/engine/workshop.h"

namespace cooper::engine {

// The key of a COPY in two strengths. `quick` (absent for contexts) holds the identity of the stage
// copied from: when it is known, no index of that stage is needed. `content` holds the facts of
// every file taken (early cut-off, row K6).
class CopyStep {
 public:
  // `line`: see snapshot::LayerDirectories::set_line.
  CopyStep(Workshop& shop, const plan::Step& step, StepInputs& inputs, std::string line);

  [[nodiscard]] std::optional<cache::KeyParts> quick_key() const;
  [[nodiscard]] cache::KeyParts content_key();
  [[nodiscard]] layer::WrittenLayer make_layer();

 private:
  [[nodiscard]] SourceAccess access() const;
  void select();

  Workshop& shop_;
  const plan::Step& step_;
  const plan::CopyOp& op_;
  StepInputs& inputs_;
  std::string line_;
  std::optional<Selection> selection_;
};

[[nodiscard]] layer::WrittenLayer make_workdir_layer(Workshop& shop, const plan::Step& step,
                                                     StepInputs& inputs);

// What every key of a step holds.
[[nodiscard]] cache::KeyScope key_scope(const Workshop& shop, const plan::Step& step,
                                        const StepInputs& inputs);

}  // namespace cooper::engine
