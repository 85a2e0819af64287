#include "builder/check/file_checks.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "builder/check/secret_names.h"
#include "builder/dockerfile/text.h"

namespace cooper::check {
namespace {

using dockerfile::Dockerfile;
using dockerfile::Instruction;
using dockerfile::to_lower;
using dockerfile::to_upper;

bool is_lower(const std::string& word) { return word == to_lower(word); }
bool is_upper(const std::string& word) { return word == to_upper(word); }

// FROM lines and what follows them. ARGs before the first FROM have no say.
std::vector<const Instruction*> cased_instructions(const Dockerfile& file) {
  std::vector<const Instruction*> all;
  for (const dockerfile::Stage& stage : file.stages) {
    all.push_back(&stage.from);
    for (const Instruction& instruction : stage.instructions) all.push_back(&instruction);
  }
  return all;
}

void check_casing(const Dockerfile& file, const Reporter& reporter) {
  const std::vector<const Instruction*> all = cased_instructions(file);
  std::size_t lower = 0, upper = 0;
  for (const Instruction* instruction : all) {
    if (is_lower(instruction->keyword)) {
      ++lower;
    } else if (is_upper(instruction->keyword)) {
      ++upper;
    }
  }
  const bool to_be_lower = lower > upper;
  for (const Instruction* instruction : all) {
    const std::string& keyword = instruction->keyword;
    if (to_be_lower ? is_lower(keyword) : is_upper(keyword)) continue;
    reporter.report("ConsistentInstructionCasing",
                    "Command '" + keyword + "' should match the case of the command majority (" +
                        (to_be_lower ? "lowercase" : "uppercase") + ")",
                    *instruction);
  }
}

// Silent when FROM itself has no one case: that is told already.
void check_as(const Instruction& instruction, const dockerfile::From& from,
              const Reporter& reporter) {
  const std::string& keyword = instruction.keyword;
  if (!is_lower(keyword) && !is_upper(keyword)) return;
  if (is_lower(keyword) ? is_lower(from.as_keyword) : is_upper(from.as_keyword)) return;
  reporter.report("FromAsCasing",
                  "'" + from.as_keyword + "' and '" + keyword + "' keywords' casing do not match",
                  instruction);
}

void check_stage_names(const Dockerfile& file, const Reporter& reporter) {
  std::set<std::string> seen;
  for (const dockerfile::Stage& stage : file.stages) {
    const auto& from = std::get<dockerfile::From>(stage.from.payload);
    if (!from.name) continue;
    if (!is_lower(from.name_as_written)) {
      reporter.report("StageNameCasing",
                      "Stage name '" + from.name_as_written + "' should be lowercase", stage.from);
    }
    check_as(stage.from, from, reporter);
    if (*from.name == "scratch" || *from.name == "context") {
      reporter.report(
          "ReservedStageName",
          "Stage name should not use the same name as reserved stage " + quoted(*from.name),
          stage.from);
    }
    if (!seen.insert(*from.name).second) {
      reporter.report(
          "DuplicateStageName",
          "Duplicate stage name " + quoted(*from.name) + ", stage names should be unique",
          stage.from);
    }
  }
}

void check_description(const Instruction& instruction, const char* keyword,
                       const std::vector<std::string>& names, const Reporter& reporter) {
  std::string last;
  for (const std::string& comment : instruction.comments) {
    if (!is_check_comment(comment)) last = comment;
  }
  if (last.empty() || names.empty()) return;
  const std::string word = last.substr(0, last.find(' '));
  if (std::find(names.begin(), names.end(), word) != names.end()) return;
  reporter.report("InvalidDefinitionDescription",
                  std::string("Comment for ") + keyword + " should follow the format: `# " +
                      (names.size() > 1 ? "<arg_key>" : names.front()) + " <description>`",
                  instruction);
}

void check_instruction(const Instruction& instruction, const Reporter& reporter) {
  if (const auto* arg = std::get_if<dockerfile::Arg>(&instruction.payload)) {
    std::vector<std::string> names;
    for (const auto& given : arg->args) names.push_back(given.first);
    check_description(instruction, "ARG", names, reporter);
  } else if (std::holds_alternative<dockerfile::Maintainer>(instruction.payload)) {
    reporter.report("MaintainerDeprecated",
                    "Maintainer instruction is deprecated in favor of using label", instruction);
  }
}

void check_pairs(const Instruction& instruction, bool legacy, const Reporter& reporter) {
  if (!legacy) return;
  const std::string& name = instruction.keyword;
  reporter.report("LegacyKeyValueFormat",
                  "\"" + name + " key=value\" should be used instead of legacy \"" + name +
                      " key value\" format",
                  instruction);
}

void check_secret(const Instruction& instruction, const char* keyword, const std::string& name,
                  const Reporter& reporter) {
  if (!is_secret_name(name)) return;
  reporter.report("SecretsUsedInArgOrEnv",
                  std::string("Do not use ARG or ENV instructions for sensitive data (") + keyword +
                      " " + quoted(name) + ")",
                  instruction);
}

void check_variables(const Instruction& instruction, const Reporter& reporter) {
  if (const auto* env = std::get_if<dockerfile::Env>(&instruction.payload)) {
    check_pairs(instruction, env->legacy_form, reporter);
    for (const dockerfile::Pair& pair : env->pairs)
      check_secret(instruction, "ENV", pair.key, reporter);
  } else if (const auto* label = std::get_if<dockerfile::Label>(&instruction.payload)) {
    check_pairs(instruction, label->legacy_form, reporter);
  } else if (const auto* arg = std::get_if<dockerfile::Arg>(&instruction.payload)) {
    for (const auto& given : arg->args) check_secret(instruction, "ARG", given.first, reporter);
  }
}

bool used_once(const Instruction& instruction) {
  return std::holds_alternative<dockerfile::Cmd>(instruction.payload) ||
         std::holds_alternative<dockerfile::Entrypoint>(instruction.payload) ||
         std::holds_alternative<dockerfile::Healthcheck>(instruction.payload);
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string description_of(std::string_view name, const std::vector<std::string>& comments) {
  if (name.empty()) return {};
  const std::string begin = std::string(name) + " ";
  for (const std::string& comment : comments) {
    if (comment.starts_with(begin)) return comment.substr(begin.size());
  }
  return {};
}

void check_file(const Dockerfile& file, const Reporter& reporter) {
  for (const dockerfile::Warning& warning : file.warnings)
    reporter.report(warning.rule, warning.message, warning.where, {});
  check_casing(file, reporter);
  check_stage_names(file, reporter);
  for (const Instruction& instruction : file.global_args) check_instruction(instruction, reporter);
  for (const dockerfile::Stage& stage : file.stages) {
    const auto& from = std::get<dockerfile::From>(stage.from.payload);
    if (from.name) check_description(stage.from, "FROM", {*from.name}, reporter);
    for (const Instruction& instruction : stage.instructions)
      check_instruction(instruction, reporter);
  }
}

void check_stage(const dockerfile::Stage& stage, const Reporter& reporter) {
  std::map<std::size_t, const Instruction*> last;  // by kind of instruction
  for (const Instruction& instruction : stage.instructions) {
    check_variables(instruction, reporter);
    if (!used_once(instruction)) continue;
    const Instruction*& before = last[instruction.payload.index()];
    if (before != nullptr) {  // the earlier one is the one without effect
      reporter.report("MultipleInstructionsDisallowed",
                      "Multiple " + instruction.keyword +
                          " instructions should not be used in the same stage because only the "
                          "last one will be used",
                      *before);
    }
    before = &instruction;
  }
}

}  // namespace cooper::check
