// Collects an Outline while the stages of one request are planned.
#pragma once

#include <map>
#include <string>

#include "builder/plan/stage_table.h"

namespace cooper::plan {

class OutlineDraft {
 public:
  // A global ARG counts when a FROM of a planned stage uses it, itself or through defaults.
  void add_global_arguments(const StageTable& table, const StageEntry& entry);
  void add_global_argument(const StageTable& table, const std::string& name);
  // An ARG of a stage. Of equal names the one added last counts: stages come in the file's order.
  void add_argument(const std::string& name, std::string value,
                    const dockerfile::Instruction& instruction);
  // The secrets and ssh agents of one RUN.
  void add_mounts(const std::vector<MountOp>& mounts, const dockerfile::Instruction& instruction);

  // Everything in the order of its lines.
  [[nodiscard]] Outline take(const dockerfile::Stage& target) const;

 private:
  void add_globals(const StageTable& table, std::vector<std::string> names);

  std::map<std::string, Outline::Argument> arguments_;
  std::map<std::string, Outline::Mounted> secrets_, ssh_;
};

}  // namespace cooper::plan
