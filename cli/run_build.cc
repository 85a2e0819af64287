#include "cli/run_build.h"

#include <fcntl.h>

#include <iostream>
#include <mutex>
#include <optional>

#include "base/error.h"
#include "base/file_at.h"
#include "base/sink.h"
#include "base/trace.h"
#include "cli/background_collection.h"
#include "cli/call_text.h"
#include "cli/debug_step.h"
#include "cli/exit_code.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/signals.h"
#include "cli/ssh_agents.h"
#include "cli/time_use.h"

namespace cooper::cli {
namespace {

std::string answer_text(const Call& call, const CalledTarget& target) {
  if (call.json) return call_json(call.method, target);
  if (call.method == Call::Method::outline) return target.error ? "" : outline_text(target.outline);
  if (call.method == Call::Method::targets) return targets_text(target.stages);
  return check_text(target);
}

// Bake's answers, each below the name of its target.
std::string bake_text(const Call& call, const std::vector<CalledTarget>& targets) {
  std::string out;
  for (const CalledTarget& target : targets) {
    if (!out.empty()) out += "\n";
    out += base::printable(target.name) + "\n\n" + answer_text(call, target);
  }
  return out;
}

// The line that says where the time went. The profile is written also of a build that failed.
std::string end_trace(const std::string& profile) {
  const std::vector<base::TraceEvent> events = base::take_trace();
  if (!profile.empty()) write_host_file(profile, trace_json(events));
  return time_use_line(events);
}

// --on-failure: what a failed step left is kept, and looked at at once if that was asked for.
class FailedStep {
 public:
  FailedStep(const BuildOptions& options, BuildTools& tools)
      : shell_(options.on_failure == "shell"), tools_(tools) {
    if (options.on_failure == "discard") return;
    tools.on_kept = [this](const std::string& id) {
      const std::lock_guard guard(mutex_);
      id_ = id;
    };
  }

  // The build is over.
  void open_shell(const BuildRequest& request, const Globals& globals) {
    if (!shell_ || id_.empty()) return;
    const DebugRequest asked{"", request.secrets};
    static_cast<void>(debug_step(tools_.store, tools_.probe, id_, asked, globals.signals->token()));
  }

 private:
  bool shell_;
  BuildTools& tools_;
  std::mutex mutex_;
  std::string id_;
};

void remove_silent(BuildReport& report, const std::set<std::string>& silent) {
  std::erase_if(report.images,
                [&](const BuiltImage& image) { return silent.contains(image.name); });
}

}  // namespace

void run_call(const Call& call, const BuildRequest& request, const Globals& globals, int& exit_code,
              const std::set<std::string>& silent, const std::optional<std::string>& bake_json) {
  Session session = Session::open(globals);
  BuildTools tools = session.tools(globals);
  SshAgents agents(request.ssh, session.store);
  tools.ssh_agent = [&agents](const std::string& id) { return agents.socket(id); };
  tools.on_event = [](const engine::Event&) {};
  std::vector<CalledTarget> targets = call_targets(call, request, tools, globals.signals->token());
  std::erase_if(targets, [&](const CalledTarget& one) { return silent.contains(one.name); });
  if (bake_json) {
    std::cout << (call.json ? bake_call_json(call.method, targets, *bake_json)
                            : bake_text(call, targets));
  } else {
    std::cout << answer_text(call, targets.at(0));
  }
  std::cout << std::flush;
  for (const CalledTarget& target : targets) {
    if (target.error) throw base::Error(*target.error);
    if (call.method == Call::Method::check && !target.diagnostics.empty() && !call.ignore_status)
      exit_code = kFailure;
  }
}

BuildReport run_build(const BuildRequest& request, const BuildOptions& options,
                      const Globals& globals, const std::set<std::string>& silent,
                      const Exporter& exporter, Session* open) {
  std::optional<Session> own;
  if (open == nullptr) own.emplace(Session::open(globals));
  Session& session = open == nullptr ? *own : *open;
  BuildTools tools = session.tools(globals);
  SshAgents agents(request.ssh, session.store);
  tools.ssh_agent = [&agents](const std::string& id) { return agents.socket(id); };
  if (exporter) {
    tools.export_images = [&](const std::vector<export_::ExportJob>& jobs, std::stop_token stop) {
      return exporter(session, jobs, std::move(stop));
    };
  }
  const auto progress =
      make_progress(options.quiet ? "quiet" : options.progress, isolation_text(tools.probe));
  tools.on_plan = [&](const plan::Plan& plan) { progress->on_plan(plan); };
  tools.on_event =
      engine::with_remarks_once([&](const engine::Event& event) { progress->on_event(event); });
  session.network.on_push = tools.on_event;
  FailedStep failed(options, tools);
  base::start_trace();
  try {
    BuildReport report = build(request, tools, globals.signals->token());
    remove_silent(report, silent);
    progress->finish({&report, nullptr, end_trace(options.profile)});
    if (report.collection_due && request.limits->automatic)
      start_collection(globals.root, options.limits);
    return report;
  } catch (const base::Error& error) {
    static_cast<void>(end_trace(options.profile));
    progress->finish({nullptr, &error});
    failed.open_shell(request, globals);
    if (progress->tells_errors()) throw ErrorWasTold{exit_code_of(error)};
    throw;
  }
}

void write_host_file(const std::string& path, const std::string& text) {
  const base::Fd file = base::open_host(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  base::write_all(file.get(), base::as_bytes(text), path);
}

}  // namespace cooper::cli
