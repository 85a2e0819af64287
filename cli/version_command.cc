// cooper version
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/session.h"
#include "cli/table.h"

namespace cooper::cli {

void add_version_command(CLI::App& app, const Globals&, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("version", "print the version and this machine's platform");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "print a JSON array");
  command->footer(
      "Example:\n"
      "  cooper version --json");
  command->callback([json, &exit_code] {
    const std::string platform = oci::to_string(host_platform());
    if (*json) {
      std::cout << table_json(
          {{"version", "platform", "compiler"}, {{{COOPER_VERSION}, {platform}, {__VERSION__}}}});
    } else {
      std::cout << "cooper " COOPER_VERSION " " << platform << "\n";
    }
    std::cout << std::flush;
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
