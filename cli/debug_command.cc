// cooper debug
#include <charconv>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "cli/build_options.h"
#include "cli/commands.h"
#include "cli/debug_step.h"
#include "cli/listing_output.h"
#include "cli/session.h"
#include "cli/signals.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

struct Arguments {
  std::string step, command;
  std::vector<std::string> secrets;
  bool list = false;
  ListingOutput output;
};

// The newest kept step whose text has `text` in it.
std::string find_kept(const engine::KeptSteps& kept, const std::string& text) {
  const std::vector<std::string> ids = kept.ids();
  for (const std::string& id : ids) {
    const auto step = kept.read(id);
    if (step && (text.empty() || id == text || step->label.find(text) != std::string::npos))
      return id;
  }
  Error error(ErrorKind::not_found, "find a failed step", text,
              ids.empty() ? "none was kept" : "none with such a text was kept");
  throw error.with_hint(ids.empty() ? "build with --on-failure=keep"
                                    : "cooper debug --list shows those that were");
}

Table kept_table(const engine::KeptSteps& kept) {
  Table table{{"id", "step", "failure", "where"}, {}, "steps"};
  for (const std::string& id : kept.ids()) {
    const auto step = kept.read(id);
    if (!step) continue;
    table.rows.push_back(
        {{id}, {step->label}, {step->failure}, {step->file + ":" + std::to_string(step->line)}});
  }
  return table;
}

void debug(const Arguments& arguments, const Globals& globals, int& exit_code) {
  Session session = Session::open(globals);
  const engine::KeptSteps kept(session.store);
  if (arguments.list) {
    print(kept_table(kept), arguments.output);
    return;
  }
  const std::string id = find_kept(kept, arguments.step);
  DebugRequest request{arguments.command, {}};
  for (const std::string& text : arguments.secrets) read_secret(text, request.secrets);
  const sandbox::ExitStatus status =
      debug_step(session.store, session.probe(globals), id, request, globals.signals->token());
  exit_code = status.code;
}

}  // namespace

void add_debug_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "debug", "open a shell in what a failed RUN step left (--on-failure=keep)");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option(
      "step", arguments->step,
      "part of the step's text, or its id of --list (default: the last that failed)");
  command->add_option("-c,--command", arguments->command,
                      "what the shell runs, without a terminal; its exit status is ours");
  add_list(*command, "--secret", arguments->secrets,
           "id=NAME,src=FILE or id=NAME,env=VARIABLE: none is kept");
  command->add_flag("--list", arguments->list, "list the steps that were kept");
  add_output_options(*command, arguments->output);
  command->footer(
      "The files are those the step left, and what is changed stays; the environment, user,\n"
      "directory and mounts are the step's. The last five failed steps are kept;\n"
      "cooper cache prune --filter kind=failed removes them.\n\n"
      "Examples:\n"
      "  cooper build --on-failure=keep .\n"
      "  cooper debug\n"
      "  cooper debug 'npm ci' -c 'cat npm-debug.log'");
  command->callback([arguments, &globals, &exit_code] { debug(*arguments, globals, exit_code); });
}

}  // namespace cooper::cli
