// One stage, front to back: its base, the triggers of the base, then its own instructions.
#pragma once

#include <map>
#include <string>

#include "builder/check/install_order.h"
#include "builder/plan/expander.h"
#include "builder/plan/graph_builder.h"
#include "builder/plan/outline.h"
#include "builder/plan/stage_instructions.h"
#include "builder/plan/stage_results.h"
#include "builder/plan/step_label.h"

namespace cooper::plan {

// What planning the stages of one request reads and adds to. Everything outlives the StagePlanner.
struct PlanningInputs {
  const StageTable& table;
  std::size_t request_index;
  const ResolvedImages& resolved;
  const EarlierTables& tables;                       // of earlier requests
  const std::map<std::string, StageState>& targets;  // results of earlier requests
  StageResults& stages;                              // of this request's earlier stages
  GraphBuilder& graph;
  OutlineDraft& outline;
  const std::set<std::size_t>& shipped;  // stages whose layers are the target's
};

class StagePlanner {
 public:
  StagePlanner(const PlanningInputs& inputs, std::size_t stage);
  // Throws base::Error with the instruction's place.
  [[nodiscard]] StageState plan();

 private:
  void begin();
  void begin_with(const ScratchOrigin& origin);
  void begin_with(const StageOrigin& origin);
  void begin_with(const ImageOrigin& origin);
  void begin_with(const ContextOrigin& origin);
  void begin_with(const TargetOrigin& origin);
  void apply(const StageInstruction& entry);
  void outline_argument(std::size_t index, const dockerfile::Instruction& instruction);
  void run(const dockerfile::Run& run, const StageInstruction& entry, const Expander& expander);
  void copy(const dockerfile::Copy& copy, const StageInstruction& entry, const Expander& expander);
  void workdir(const dockerfile::Workdir& workdir, const StageInstruction& entry,
               const Expander& expander);
  void add_history(std::optional<StepId> step, std::string created_by);
  void add_layer(Op op, const StageInstruction& entry, std::string created_by);
  StepId add_step(std::optional<StepId> parent, Op op, const oci::Platform& platform,
                  std::string label, const dockerfile::SourceRange& where);
  StepId image_step(const ExternalImage& image, const std::string& label);
  void check_copy(const dockerfile::Copy& copy, const CopyOp& op, const StageInstruction& entry);
  [[nodiscard]] std::size_t context(const std::string& name);
  [[nodiscard]] Input source(const std::string& name, const dockerfile::SourceRange& where);

  const PlanningInputs& in_;
  std::size_t index_;
  const StageEntry& entry_;
  std::vector<StageInstruction> instructions_;
  StepLabel label_;
  StageState state_;
  bool cmd_given_ = false;
  std::size_t history_bytes_ = 0;
};

}  // namespace cooper::plan
