#include "cli/run_build.h"

#include <fcntl.h>

#include "base/file_at.h"
#include "base/sink.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/signals.h"

namespace cooper::cli {

BuildReport run_build(const BuildRequest& request, const BuildOptions& options, const Globals& globals) {
  Session session = Session::open(globals);
  const auto progress = make_progress(options.quiet ? "quiet" : options.progress);
  BuildTools tools = session.tools(globals);
  tools.on_plan = [&](const plan::Plan& plan) { progress->on_plan(plan); };
  tools.on_event = [&](const engine::Event& event) { progress->on_event(event); };
  try {
    BuildReport report = build(request, tools, globals.signals->token());
    progress->finish(true);
    return report;
  } catch (const base::Error&) {
    progress->finish(false);
    throw;
  }
}

void write_host_file(const std::string& path, const std::string& text) {
  const base::Fd file = base::open_host(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  base::write_all(file.get(), base::as_bytes(text), path);
}

}  // namespace cooper::cli
