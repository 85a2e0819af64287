#include "builder/sandbox/sandbox.h"

#include <fcntl.h>
#include <sched.h>

#include <algorithm>
#include <span>
#include <string_view>

#include "base/error.h"
#include "base/file_at.h"
#include "base/source.h"
#include "builder/sandbox/message.h"
#include "builder/sandbox/mount_plan.h"
#include "builder/sandbox/running.h"

namespace cooper::sandbox {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::uint64_t kMaxResolvConf = 64U << 10;

void check(const SandboxSpec& spec) {
  if (spec.argv.empty()) throw Error(ErrorKind::usage, "start", "", "no program is named");
  const auto refuse_zero = [](const std::string& text) {
    if (text.find('\0') == std::string::npos) return;
    throw Error(ErrorKind::usage, "start", text, "an argument or variable holds a zero byte");
  };
  std::for_each(spec.argv.begin(), spec.argv.end(), refuse_zero);
  std::for_each(spec.env.begin(), spec.env.end(), refuse_zero);
  refuse_zero(spec.cwd);
  if (spec.network == NetworkMode::join && spec.network_of <= 0) {
    throw Error(ErrorKind::usage, "join network of process", std::to_string(spec.network_of),
                "no such process");
  }
}

// The host's name servers; a step without network has none.
std::string resolv_conf(const SandboxSpec& spec) {
  if (spec.network == NetworkMode::none) return "# no network\n";
  base::Fd file;
  try {
    file = base::open_host("/etc/resolv.conf", O_RDONLY | O_NONBLOCK);
  } catch (const Error&) {
    return "# the host has no /etc/resolv.conf\n";
  }
  base::FdSource source(std::move(file), "/etc/resolv.conf");
  return base::read_all(source, kMaxResolvConf, "/etc/resolv.conf");
}

// What a chroot cannot give is refused by its name.
void require_possible(const SandboxSpec& spec, const Probe& probe) {
  const auto refuse = [&](const char* doing, const char* thing) {
    throw Error(ErrorKind::unsupported, doing, thing,
                "isolation 'chroot' cannot give it (" + probe.reason + ")")
        .with_hint("build where namespaces are allowed: 'cooper doctor' says what is missing");
  };
  if (!probe.can_chroot) refuse("start", "the sandbox");
  if (spec.network == NetworkMode::none) refuse("run without network", "--network=none");
  if (spec.network == NetworkMode::join) refuse("join", "the network of another container");
  if (spec.insecure) refuse("run with all privileges", "--security=insecure");
  if (spec.readonly_root) refuse("run with", "a read-only root");
}

LaunchRequest launch_request(const SandboxSpec& spec, bool in_chroot) {
  LaunchRequest request;
  if (in_chroot) return request;
  request.namespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
  if (spec.network == NetworkMode::none) request.namespaces |= CLONE_NEWNET;
  request.filter = !spec.insecure;
  return request;
}

// Opened here: it may be one of this process, into which no other may look.
base::Fd network_to_join(const SandboxSpec& spec) {
  if (spec.network != NetworkMode::join) return {};
  return base::open_host("/proc/" + std::to_string(spec.network_of) + "/ns/net", O_RDONLY);
}

void await_start(const Launched& launched) {
  const auto message = receive_message(launched.control.get());
  if (!message) {
    throw Error(ErrorKind::failure, "set up", "the sandbox", "its init ended without a word");
  }
  const Report report = parse_report(message->text);
  if (const auto* failed = std::get_if<Failed>(&report)) throw to_error(*failed);
}

}  // namespace

Running start(const SandboxSpec& spec, const Probe& probe, Output output, int terminal) {
  if (probe.mode == Mode::chroot) require_possible(spec, probe);
  check(spec);
  const bool in_chroot = probe.mode == Mode::chroot;
  const PlanFacts facts{probe.in_user_namespace, in_chroot, resolv_conf(spec)};
  static_cast<void>(mount_plan(spec, facts));  // a bad mount is refused before anything runs
  const base::Fd network = network_to_join(spec);
  const int joined = network.get();
  auto launcher = probe.launcher ? probe.launcher : std::make_shared<Launcher>();
  Launched launched = launcher->launch(launch_request(spec, in_chroot), terminal);
  send_message(launched.control.get(), to_json(ContainerRequest{spec, facts}),
               std::span<const int>(&joined, network ? 1 : 0));
  await_start(launched);
  return Running(std::make_unique<Running::State>(std::move(launcher), std::move(launched),
                                                  std::move(output), in_chroot));
}

ExitStatus run(const SandboxSpec& spec, const Probe& probe, const Output& output,
               std::stop_token stop) {
  const auto refuse = [] {
    throw Error(ErrorKind::cancelled, "run", "", "the build was cancelled");
  };
  if (stop.stop_requested()) refuse();
  Running running = start(spec, probe, output);
  const std::stop_callback on_stop(stop, [&] { running.kill(); });
  const ExitStatus status = running.wait();
  if (stop.stop_requested() && status.signal) refuse();
  return status;
}

}  // namespace cooper::sandbox
