#include "builder/plan/reachable_stages.h"

#include "builder/plan/at_spot.h"
#include "builder/plan/stage_cycles.h"

namespace cooper::plan {

namespace {

void note_origin(ReachableStages& out, std::vector<std::size_t>& todo, const Origin& origin) {
  if (const auto* stage = std::get_if<StageOrigin>(&origin)) {
    if (out.stages.insert(stage->stage).second) todo.push_back(stage->stage);
  } else if (const auto* image = std::get_if<ImageOrigin>(&origin)) {
    out.images.push_back(image->image);
  }
}

}  // namespace

ReachableStages reachable_stages(const StageTable& table, const ResolvedImages& resolved,
                                 const EarlierTables& tables) {
  ReachableStages out;
  std::vector<std::size_t> todo = {table.target()};
  out.stages.insert(table.target());
  if (table.request().all_stages) {
    for (std::size_t i = 0; i < table.size(); ++i) {
      if (out.stages.insert(i).second) todo.push_back(i);
    }
  }
  while (!todo.empty()) {
    const std::size_t current = todo.back();
    todo.pop_back();
    note_origin(out, todo, table.at(current).base);
    for (const auto& entry : stage_instructions(table, current, resolved, tables)) {
      const dockerfile::SourceRange& where = entry.instruction.where;
      for (const std::string& name : source_names(entry.instruction)) {
        at_spot(table.file(), where,
                [&] { note_origin(out, todo, table.source(name, current, where)); });
      }
    }
  }
  return out;
}

RequestTables::RequestTables(const std::vector<TargetRequest>& requests, Remarks& remarks) {
  tables_.reserve(requests.size());  // by_name_ points into it
  for (const TargetRequest& request : requests) {
    for (const auto& [context, target] : request.target_contexts) {
      if (by_name_.count(target) != 0) continue;
      throw base::Error(base::ErrorKind::usage, "use the result of target", target,
                        "context '" + context + "' of target '" + request.name +
                            "' needs a target that is planned before it");
    }
    tables_.emplace_back(request, remarks);
    if (!by_name_.emplace(request.name, &tables_.back()).second) {
      throw base::Error(base::ErrorKind::usage, "plan target", request.name,
                        "two targets have this name");
    }
  }
}

}  // namespace cooper::plan
