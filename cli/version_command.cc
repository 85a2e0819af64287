// cooper version
#include <iostream>
#include <memory>

#include "cli/build_facts.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/row_format.h"
#include "cli/session.h"
#include "cli/table.h"

namespace cooper::cli {
namespace {

#ifdef __clang__
constexpr const char* kCompiler = __VERSION__;
#else
constexpr const char* kCompiler = "GCC " __VERSION__;
#endif

}  // namespace

void add_version_command(CLI::App& app, const Globals&, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("version", "print the version, what it was built from and how");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "print a JSON object");
  command->footer(
      "Example:\n"
      "  cooper version --json");
  command->callback([json, &exit_code] {
    const std::string platform = oci::to_string(host_platform());
    if (*json) {
      const Table facts{{"version", "platform", "commit", "build", "compiler"},
                        {{{COOPER_VERSION},
                          {platform},
                          {std::string(build_commit())},
                          {std::string(build_options())},
                          {kCompiler}}}};
      std::cout << row_json(facts, 0) << "\n";
    } else {
      std::cout << "cooper " COOPER_VERSION " " << platform << "\n"
                << "commit " << build_commit() << "\n"
                << "build  " << build_options() << ", " << kCompiler << "\n";
    }
    std::cout << std::flush;
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
