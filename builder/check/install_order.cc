#include "builder/check/install_order.h"

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace cooper::check {
namespace {

struct Manager {
  std::string_view name;
  std::array<std::string_view, 3> commands;  // that install what the lock file names
  std::string_view files;                    // what it needs
};

constexpr std::array<Manager, 4> kManagers = {{
    {"composer", {"install", "i", "update"}, "composer.json and composer.lock"},
    {"npm", {"ci", "install", "i"}, "package.json and package-lock.json"},
    {"yarn", {"install", "", ""}, "package.json and yarn.lock"},
    {"pnpm", {"install", "i", ""}, "package.json and pnpm-lock.yaml"},
}};

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == ';' || c == '&' || c == '|' || c == '\n' || c == '(' || c == ')') {
      words.insert(words.end(), {"\n", ""});  // a command ends
    } else if (c == ' ' || c == '\t') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

bool is_command(const Manager& manager, const std::string& word) {
  if (word.empty()) return false;
  for (const std::string_view command : manager.commands) {
    if (word == command) return true;
  }
  return false;
}

bool is_program(const Manager& manager, std::string_view word) {
  word.remove_prefix(word.rfind('/') == std::string_view::npos ? 0 : word.rfind('/') + 1);
  return word == manager.name || (manager.name == "composer" && word == "composer.phar");
}

// "composer install" of a script; options may stand between the two words. `npm install NAME` and
// `composer global ...` do not read the project's files.
std::optional<std::string> find_install(const Manager& manager, const std::string& script) {
  const std::vector<std::string> words = words_of(script);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!is_program(manager, words[i])) continue;
    std::size_t at = i + 1;
    while (at < words.size() && (words[at].empty() || words[at].front() == '-')) ++at;
    if (at == words.size() || !is_command(manager, words[at])) continue;
    std::size_t next = at + 1;
    bool names_package = false;
    for (; next < words.size() && words[next] != "\n"; ++next) {
      const std::string& word = words[next];
      if (!word.empty() && word.front() != '-' && word.front() != '\'' && word.front() != '"' &&
          word.front() != '\\' && word.find('>') == std::string::npos)
        names_package = true;
    }
    if (!names_package) return std::string(manager.name) + " " + words[at];
  }
  return std::nullopt;
}

std::string script_of(const dockerfile::Run& run) {
  std::string script = run.command.text;
  for (const std::string& word : run.command.argv) script += " " + word;
  for (const dockerfile::Heredoc& heredoc : run.heredocs) script += "\n" + heredoc.body;
  return script;
}

}  // namespace

void note_source_copy(InstallState& state, const dockerfile::Instruction& instruction) {
  if (state.source_line == 0) state.source_line = instruction.where.first_line;
}

void check_install(InstallState& state, const dockerfile::Instruction& instruction,
                   const Reporter& reporter) {
  const auto* run = std::get_if<dockerfile::Run>(&instruction.payload);
  if (run == nullptr) return;
  const std::string script = script_of(*run);
  for (const Manager& manager : kManagers) {
    const auto found = find_install(manager, script);
    if (!found || !state.installed.insert(std::string(manager.name)).second) continue;
    if (state.source_line == 0) continue;
    reporter.report("InstallAfterSource",
                    "'" + *found + "' runs again with every change of the source copied in line " +
                        std::to_string(state.source_line) + ": copy " + std::string(manager.files) +
                        " first, install, then copy the source",
                    instruction);
  }
}

}  // namespace cooper::check
