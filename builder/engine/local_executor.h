// Runs steps on this machine: key -> cached result, or the work itself, once even when several
// builds want it.
#pragma once

#include "builder/engine/step_executor.h"
#include "builder/engine/step_inputs.h"

namespace cooper::engine {

class LocalExecutor final : public StepExecutor {
 public:
  // `shop` and `graph` outlive the executor.
  LocalExecutor(Workshop& shop, const plan::BuildGraph& graph);

  [[nodiscard]] StepResult execute(const plan::Step& step, std::span<const StepResult> results,
                                   std::stop_token stop) override;

 private:
  // The two strengths of a step's key, and the work. Built by make_work for each kind of step.
  struct Work;
  [[nodiscard]] Work make_work(const plan::Step& step, StepInputs& inputs);
  [[nodiscard]] StepResult look_up_or_do(const plan::Step& step, Work& work, StepInputs& inputs);
  // In the store, else elsewhere.
  [[nodiscard]] std::optional<cache::StepRecord> find_record(const cache::KeyParts& parts);
  // Its result under the quick key too.
  void add_quick_key(const plan::Step& step, const cache::StepRecord& record,
                     const cache::KeyParts& quick);
  void note_use(const plan::Step& step, const cache::StepRecord& record);
  [[nodiscard]] std::vector<cache::Change> why_missed(const plan::Step& step,
                                                      const StepInputs& inputs,
                                                      const cache::KeyParts& parts) const;
  // Unpacks the layers below a step that will look at their indexes, when indexes are missing and a
  // RUN that follows needs the files too: each blob is then read once.
  void unpack_below(const plan::Step& step, const StepInputs& inputs);
  [[nodiscard]] cache::StepRecord do_work(const plan::Step& step, Work& work,
                                          const StepInputs& inputs, const cache::KeyParts& parts);

  Workshop& shop_;
  const plan::BuildGraph& graph_;
  std::vector<bool> leads_to_run_;  // by step: a RUN has it below
};

}  // namespace cooper::engine
