#include "builder/plan/shell_form.h"

namespace cooper::plan {

std::vector<std::string> shell_of(const StageState& state) {
  if (!state.config.config.shell.empty()) return state.config.config.shell;
  return {"/bin/sh", "-c"};
}

std::vector<std::string> argv_of(const dockerfile::Command& command, const StageState& state) {
  if (command.exec_form) return command.argv;
  std::vector<std::string> argv = shell_of(state);
  argv.push_back(command.text);
  return argv;
}

}  // namespace cooper::plan
