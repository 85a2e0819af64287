// cooper doctor
#include <iostream>
#include <memory>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/doctor_checks.h"
#include "cli/exit_code.h"
#include "cli/signals.h"
#include "cli/table.h"

namespace cooper::cli {
namespace {

struct Arguments {
  std::vector<std::string> registries;
  bool json = false, probe = false;
};

const char* text_of(Health health) {
  switch (health) {
    case Health::ok: return "ok";
    case Health::missing: return "missing";
    case Health::optional: return "optional";
  }
  return "";
}

void print(const std::vector<Finding>& findings, bool json) {
  if (json) {
    Table table{{"name", "status", "text", "cure"}, {}, "checks"};
    for (const Finding& one : findings)
      table.rows.push_back({{one.name}, {text_of(one.health)}, {one.what}, {one.cure}});
    std::cout << table_json(table) << std::flush;
    return;
  }
  for (const Finding& one : findings) {
    std::string status = text_of(one.health);
    status.resize(9, ' ');
    std::cout << status << base::printable(one.name) << ": " << base::printable(one.what) << "\n";
    if (!one.cure.empty()) std::cout << "         -> " << base::printable(one.cure) << "\n";
  }
  std::cout << std::flush;
}

int examine(const Arguments& arguments, const Globals& globals) {
  std::vector<Finding> findings = check_machine(globals);
  for (const std::string& name : arguments.registries)
    findings.push_back(check_registry(globals, name, globals.signals->token()));
  print(findings, arguments.json);
  for (const Finding& one : findings) {
    if (one.health == Health::missing) return kFailure;
  }
  return kSuccess;
}

}  // namespace

void add_doctor_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("doctor", "what this machine can do, what is missing and what mends it");
  const auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("--registry", arguments->registries,
                   "HOST, or HOST/REPOSITORY to try whether a push there would be taken")
      ->allow_extra_args(false);
  command->add_flag("--json", arguments->json, "print a JSON object");
  command->add_flag("--probe", arguments->probe, "")->group("");  // what it asks itself
  command->footer(
      "Each line is ok, missing (builds fail), or optional (some builds want it); the line below "
      "it is the cure. Exit status 1 if anything is missing.\n\n"
      "Example:\n"
      "  cooper doctor --registry gitea.example/team/shop");
  command->callback([arguments, &globals, &exit_code] {
    if (arguments->probe) {
      std::cout << probe_line(globals) << std::flush;
      exit_code = kSuccess;
    } else {
      exit_code = examine(*arguments, globals);
    }
  });
}

}  // namespace cooper::cli
