#include "builder/plan/stage_instructions.h"

#include "base/limits.h"
#include "builder/plan/at_spot.h"

namespace cooper::plan {

namespace {

using base::Error;
using base::ErrorKind;

struct Triggers {
  std::vector<std::string> texts;
  std::string origin;  // for errors
};

void append_own_triggers(std::vector<std::string>& texts, const StageEntry& entry) {
  if (entry.replaced) return;
  for (const dockerfile::Instruction& instruction : entry.stage->instructions) {
    if (const auto* on_build = std::get_if<dockerfile::OnBuild>(&instruction.payload)) {
      texts.push_back(on_build->trigger);
    }
  }
}

// What an image's "ONBUILD ONBUILD ..." leaves to the stage after the next. A file cannot say that,
// so a stage's own triggers leave none.
void append_nested_triggers(std::vector<std::string>& texts, const Origin& base,
                            const ResolvedImages& resolved) {
  const auto* image = std::get_if<ImageOrigin>(&base);
  const auto found = image == nullptr ? resolved.end() : resolved.find(image->image.key);
  if (found == resolved.end()) return;
  for (const std::string& text : found->second.config.config.on_build) {
    const dockerfile::Instruction trigger = dockerfile::parse_trigger(text, image->image.name);
    if (const auto* nested = std::get_if<dockerfile::OnBuild>(&trigger.payload))
      texts.push_back(nested->trigger);
  }
}

Triggers triggers_of(const StageTable& table, const Origin& base, const ResolvedImages& resolved,
                     const EarlierTables& tables) {
  Triggers triggers;
  if (const auto* stage = std::get_if<StageOrigin>(&base)) {
    const StageEntry& entry = table.at(stage->stage);
    triggers.origin = "stage " + entry.display_name;
    append_nested_triggers(triggers.texts, entry.base, resolved);
    append_own_triggers(triggers.texts, entry);
  } else if (const auto* image = std::get_if<ImageOrigin>(&base)) {
    triggers.origin = image->image.name;
    const auto found = resolved.find(image->image.key);
    if (found != resolved.end()) triggers.texts = found->second.config.config.on_build;
  } else if (const auto* target = std::get_if<TargetOrigin>(&base)) {
    triggers.origin = "target " + target->target;
    const auto found = tables.find(target->target);
    if (found != tables.end()) {
      const StageEntry& entry = found->second->at(found->second->target());
      append_nested_triggers(triggers.texts, entry.base, resolved);
      append_own_triggers(triggers.texts, entry);
    }
  }
  return triggers;
}

dockerfile::Instruction trigger_instruction(const std::string& text, const std::string& origin) {
  dockerfile::Instruction instruction = dockerfile::parse_trigger(text, origin);
  if (std::holds_alternative<dockerfile::From>(instruction.payload)) {
    throw Error(ErrorKind::usage, "run the ONBUILD trigger of " + origin, text,
                "this instruction may not be a trigger");
  }
  return instruction;
}

}  // namespace

std::vector<StageInstruction> stage_instructions(const StageTable& table, std::size_t stage,
                                                 const ResolvedImages& resolved,
                                                 const EarlierTables& tables) {
  const StageEntry& entry = table.at(stage);
  std::vector<StageInstruction> out;
  if (entry.replaced) return out;
  const Triggers triggers = triggers_of(table, entry.base, resolved, tables);
  at_spot(table.file(), entry.stage->where, [&] {
    const std::uint64_t most = base::limit_of(base::Limit::onbuild_triggers);
    if (triggers.texts.size() > most) {
      throw base::limit_error(base::Limit::onbuild_triggers, "run the ONBUILD triggers of",
                              triggers.origin, "more than " + std::to_string(most));
    }
    for (const std::string& text : triggers.texts) {
      dockerfile::Instruction instruction = trigger_instruction(text, triggers.origin);
      instruction.where = entry.stage->where;
      out.push_back(StageInstruction{std::move(instruction), true});
    }
  });
  for (const dockerfile::Instruction& instruction : entry.stage->instructions) {
    out.push_back(StageInstruction{instruction, false});
  }
  return out;
}

}  // namespace cooper::plan
