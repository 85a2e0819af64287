// What the builder tells a sandbox process and what comes back, as values and as JSON. Strings may
// hold any bytes: each byte is written as the code point of its number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "builder/sandbox/mount_plan.h"
#include "builder/sandbox/sandbox_spec.h"

namespace cooper::sandbox {

// The limits of this process (base/limits.h), and what makes them those of another. The first
// message to the launcher: all that it starts has the builder's limits.
[[nodiscard]] std::string limits_to_json();
void take_limits(std::string_view text);

// The launcher makes one container process; descriptors: control socket, stdout, stderr.
struct LaunchRequest {
  std::uint64_t namespaces = 0;  // CLONE_NEW*
  bool filter = true;            // the container will want the system call filter
  std::string task = {};         // not a container but the ChildTask of this name
};
struct LaunchReply {
  int pid = 0;    // the descriptor beside it is a pidfd
  int error = 0;  // errno of clone
};

// First message to a container's init; with a descriptor of the network to join, if there is one.
struct ContainerRequest {
  SandboxSpec spec;
  PlanFacts facts;
};
// Later ones.
struct SignalRequest {
  int number = 0;
};
// One more process; descriptors: status socket, stdout, stderr.
struct ExecRequest {
  std::vector<std::string> argv;
  std::vector<std::string> env;
};
using InitRequest = std::variant<SignalRequest, ExecRequest>;

// What an init or the status socket of an exec reports: first started or failed, at last exited.
struct Started {};
struct Failed {
  base::ErrorKind kind = base::ErrorKind::failure;
  std::string doing, thing, cause, hint;
};
struct Exited {
  int code = 0;
  std::optional<int> signal;
};
using Report = std::variant<Started, Failed, Exited>;

[[nodiscard]] std::string to_json(const LaunchRequest& request);
[[nodiscard]] std::string to_json(const LaunchReply& reply);
[[nodiscard]] std::string to_json(const ContainerRequest& request);
[[nodiscard]] std::string to_json(const InitRequest& request);
[[nodiscard]] std::string to_json(const Report& report);

// Throw Error(corrupt); the text comes from our own processes.
[[nodiscard]] LaunchRequest parse_launch_request(std::string_view text);
[[nodiscard]] LaunchReply parse_launch_reply(std::string_view text);
[[nodiscard]] ContainerRequest parse_container_request(std::string_view text);
[[nodiscard]] InitRequest parse_init_request(std::string_view text);
[[nodiscard]] Report parse_report(std::string_view text);

[[nodiscard]] Failed failed_from(const base::Error& error);
[[nodiscard]] base::Error to_error(const Failed& failed);

}  // namespace cooper::sandbox
