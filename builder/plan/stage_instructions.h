// A stage's instructions as they are carried out: the ONBUILD triggers of what it is built FROM
// (row M13), then its own.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "builder/plan/stage_table.h"

namespace cooper::plan {

struct StageInstruction {
  dockerfile::Instruction instruction;  // a trigger's place is the FROM line that pulled it in
  bool triggered = false;
};

// Empty for a stage that a named context replaces. An image that is not in `resolved` yet gives no
// triggers. `tables` are those of the earlier requests, by TargetRequest::name, for "target:"
// contexts. Throws base::Error(usage): a trigger that cannot be read, one that may not be a
// trigger, more than the limit onbuildTriggers.
using EarlierTables = std::map<std::string, const StageTable*>;
[[nodiscard]] std::vector<StageInstruction> stage_instructions(const StageTable& table,
                                                               std::size_t stage,
                                                               const ResolvedImages& resolved,
                                                               const EarlierTables& tables);

}  // namespace cooper::plan
