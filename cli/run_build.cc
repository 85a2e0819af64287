#include "cli/run_build.h"

#include <fcntl.h>

#include <iostream>

#include "base/error.h"
#include "base/file_at.h"
#include "base/sink.h"
#include "cli/check_plan.h"
#include "cli/exit_code.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/signals.h"

namespace cooper::cli {
namespace {

void check(const BuildRequest& request, BuildTools& tools, const Globals& globals, int& exit_code) {
  tools.on_event = [](const engine::Event&) {};
  const std::vector<std::string> warnings = check_plan(request, tools, globals.signals->token());
  for (const std::string& warning : warnings) std::cout << warning << "\n";
  if (warnings.empty()) std::cout << "no warnings\n";
  std::cout << std::flush;
  exit_code = warnings.empty() ? kSuccess : kFailure;
}

void remove_silent(BuildReport& report, const std::set<std::string>& silent) {
  std::erase_if(report.images,
                [&](const BuiltImage& image) { return silent.contains(image.name); });
}

}  // namespace

std::optional<BuildReport> run_build(const BuildRequest& request, const BuildOptions& options,
                                     const Globals& globals, int& exit_code,
                                     const std::set<std::string>& silent) {
  Session session = Session::open(globals);
  BuildTools tools = session.tools(globals);
  if (options.check) {
    check(request, tools, globals, exit_code);
    return std::nullopt;
  }
  const auto progress =
      make_progress(options.quiet ? "quiet" : options.progress, isolation_text(tools.probe));
  tools.on_plan = [&](const plan::Plan& plan) { progress->on_plan(plan); };
  tools.on_event = [&](const engine::Event& event) { progress->on_event(event); };
  session.network.on_push = tools.on_event;
  try {
    BuildReport report = build(request, tools, globals.signals->token());
    remove_silent(report, silent);
    progress->finish({&report, nullptr});
    return report;
  } catch (const base::Error& error) {
    progress->finish({nullptr, &error});
    if (progress->tells_errors()) throw ErrorWasTold{exit_code_of(error)};
    throw;
  }
}

void write_host_file(const std::string& path, const std::string& text) {
  const base::Fd file = base::open_host(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  base::write_all(file.get(), base::as_bytes(text), path);
}

}  // namespace cooper::cli
