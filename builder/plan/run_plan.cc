#include "builder/plan/run_plan.h"

#include <algorithm>

#include "base/path.h"
#include "builder/dockerfile/heredoc.h"
#include "builder/plan/global_scope.h"
#include "builder/plan/shell_form.h"
#include "builder/plan/text.h"

namespace cooper::plan {

namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kScriptDirectory = "/dev/pipes/";

void check_allowed(const dockerfile::Run& run, const TargetRequest& request) {
  if (!run.devices.empty()) {
    throw Error(ErrorKind::unsupported, "run with --device", run.devices.front(),
                "devices are not given to steps");
  }
  if (run.security == dockerfile::Security::insecure && !request.allow_insecure) {
    throw Error(ErrorKind::unsupported, "run with --security", "insecure",
                "the build does not allow it")
        .with_hint("allow it with --allow security.insecure");
  }
  if (run.network == dockerfile::Network::host && !request.allow_host_network) {
    throw Error(ErrorKind::unsupported, "run with --network", "host", "the build does not allow it")
        .with_hint("allow it with --allow network.host");
  }
}

std::string argument_or(const TargetRequest& request, const char* name, const std::string& given) {
  const auto found = request.build_args.find(name);
  return found != request.build_args.end() && !found->second.empty() ? found->second : given;
}

// Row H7: the line, then each body with its terminator, for the shell to read.
std::string with_bodies(const dockerfile::Run& run) {
  std::string text = run.command.text;
  for (const dockerfile::Heredoc& heredoc : run.heredocs) {
    text += "\n" + heredoc.body + heredoc.name;
  }
  return text;
}

void set_command(RunOp& op, const dockerfile::Run& run, const StageState& state) {
  if (run.heredocs.empty()) {
    op.argv = argv_of(run.command, state);
    return;
  }
  dockerfile::Command command = run.command;
  if (run.heredocs.size() == 1 && is_lone_heredoc(command.text)) {
    const dockerfile::Heredoc& heredoc = run.heredocs.front();
    if (heredoc.body.starts_with("#!")) {
      op.script = heredoc;
      command.text = kScriptDirectory + heredoc.name;
    } else {
      command.text = heredoc.body;
    }
  } else {
    command.text = with_bodies(run);
  }
  op.argv = argv_of(command, state);
}

// Proxy arguments in both spellings, unless the stage has a variable of that name (row A6).
std::vector<std::string> proxy_environment(const TargetRequest& request, const Scope& scope) {
  Scope proxies;
  for (const auto& [name, value] : request.build_args) {
    if (!is_proxy_argument(name) || value.empty()) continue;
    for (const std::string& spelling : {upper_case(name), lower_case(name)}) {
      if (!scope.has(spelling)) proxies.set(spelling, value);
    }
  }
  return proxies.environment();
}

// Row R12: the variable names the socket of the first ssh mount, also when no agent was given.
void point_to_agent(RunOp& op, const std::string& socket) {
  const auto is_set = [](const std::string& one) { return one.starts_with("SSH_AUTH_SOCK="); };
  if (!socket.empty() && std::none_of(op.env.begin(), op.env.end(), is_set))
    op.env.push_back("SSH_AUTH_SOCK=" + socket);
}

}  // namespace

bool is_lone_heredoc(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return false;
  try {
    return dockerfile::parse_heredoc_word(std::string_view(text).substr(first)).has_value();
  } catch (const Error&) {  // words only a shell can read
    return false;
  }
}

RunOp plan_run(const dockerfile::Run& run, const StageState& state, const TargetRequest& request,
               const Expander& expander, const FindInput& find_input) {
  check_allowed(run, request);
  const std::string& workdir = state.config.config.working_dir;
  RunOp op;
  set_command(op, run, state);
  op.env = state.scope.environment();
  op.proxy_env = proxy_environment(request, state.scope);
  op.user = state.config.config.user;
  op.cwd = base::join_path("/", workdir);
  op.network = run.network == dockerfile::Network::default_ ? request.network : run.network;
  op.settings = request.run_settings;
  op.security = run.security;
  op.hostname = argument_or(request, "BUILDKIT_SANDBOX_HOSTNAME", request.hostname);
  const std::string cache_namespace =
      argument_or(request, "BUILDKIT_CACHE_MOUNT_NS", request.cache_mount_namespace);
  PlannedMounts mounts =
      plan_mounts(run.mounts, MountInputs{expander, find_input, op.cwd, cache_namespace});
  op.mounts = std::move(mounts.mounts);
  point_to_agent(op, mounts.agent_socket);
  return op;
}

}  // namespace cooper::plan
