#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/path.h"
#include "base/suggest.h"
#include "oci/reference.h"
#include "oci/strict_json.h"
#include "registry/http/url.h"
#include "smoke/pattern.h"
#include "smoke/signal_number.h"
#include "smoke/smoke_file.h"

namespace cooper::smoke {
namespace {

using base::Error;
using base::ErrorKind;
using oci::JsonObject;

constexpr std::size_t kMaxTargets = 100;
constexpr std::size_t kMaxSidecars = 20;
constexpr std::size_t kMaxMounts = 50;
constexpr std::size_t kMaxSteps = 500;
constexpr double kMaxSeconds = 3600;

void allow_only(const JsonObject& object, std::initializer_list<const char*> known) {
  const std::vector<std::string> names(known.begin(), known.end());
  for (const auto& [key, value] : object.value().items()) {
    if (std::ranges::find(names, key) != names.end()) continue;
    const std::string hint = base::did_you_mean(key, names);
    object.fail(base::printable(key),
                hint.empty() ? "is not known here" : "is not known here; " + hint);
  }
}

// Exactly one of these members.
std::string one_of(const JsonObject& object, std::initializer_list<const char*> names) {
  std::string found, all;
  for (const char* name : names) {
    all += (all.empty() ? "'" : ", '") + std::string(name) + "'";
    if (!object.has(name)) continue;
    if (!found.empty()) object.fail(name, "cannot stand beside '" + found + "'");
    found = name;
  }
  if (found.empty()) object.fail(*names.begin(), "is missing: there must be one of " + all);
  return found;
}

Milliseconds seconds(const JsonObject& object, const std::string& name, Milliseconds absent) {
  const auto* value = object.find(name);
  if (value == nullptr) return absent;
  const double given = value->is_number() ? value->get<double>() : 0;
  if (!(given > 0 && given <= kMaxSeconds)) {
    object.fail(name, "is not a number of seconds above 0, up to 3600");
  }
  return Milliseconds(std::max<std::int64_t>(1, static_cast<std::int64_t>(given * 1000)));
}

int number(const JsonObject& object, const std::string& name, int absent, int low, int high) {
  const std::int64_t value = object.integer(name, absent);
  if (value < low || value > high) {
    object.fail(name, "is not between " + std::to_string(low) + " and " + std::to_string(high));
  }
  return static_cast<int>(value);
}

std::string pattern(const JsonObject& object, const std::string& name) {
  std::string text = object.string(name);
  if (text.empty()) return text;
  try {
    static_cast<void>(Pattern(text));
  } catch (const Error& error) {
    object.fail(name, "is not a POSIX extended regular expression: " + error.cause());
  }
  return text;
}

std::vector<std::string> command(const JsonObject& object, const std::string& name) {
  std::vector<std::string> argv = object.strings(name);
  if (argv.empty() || argv.front().empty()) object.fail(name, "names no program");
  return argv;
}

std::string absolute(const JsonObject& object, const std::string& name) {
  const std::string path = object.required_string(name);
  if (!base::is_absolute(path)) object.fail(name, "is not an absolute path");
  return path;
}

HttpRequest request(const JsonObject& object) {
  HttpRequest request{object.required_string("url"), object.string("host")};
  const auto url = http::try_parse_url(request.url);
  if (!url || url->scheme != "http") object.fail("url", "is not an http URL");
  if (!http::is_loopback_host(url->host)) {
    object.fail("url", "is not of a loopback address; the site's name goes into 'host'");
  }
  if (request.host.find_first_of(" \t\r\n/") != std::string::npos)
    object.fail("host", "is not a host name");
  return request;
}

WaitHttpStep wait_http(const JsonObject& object) {
  allow_only(object, {"url", "host", "expect_status", "timeout"});
  WaitHttpStep step;
  step.request = request(object);
  step.expect_status = number(object, "expect_status", step.expect_status, 100, 599);
  step.timeout = seconds(object, "timeout", step.timeout);
  return step;
}

HttpStep http_step(const JsonObject& object) {
  allow_only(object, {"url", "host", "expect_status", "expect_body", "fetch_assets", "timeout"});
  HttpStep step;
  step.request = request(object);
  step.expect_status = number(object, "expect_status", step.expect_status, 100, 599);
  step.expect_body = pattern(object, "expect_body");
  step.fetch_assets = object.boolean("fetch_assets");
  step.timeout = seconds(object, "timeout", step.timeout);
  return step;
}

WaitOutputStep wait_output(const JsonObject& object) {
  allow_only(object, {"regex", "timeout"});
  WaitOutputStep step;
  static_cast<void>(object.required_string("regex"));
  step.regex = pattern(object, "regex");
  step.timeout = seconds(object, "timeout", step.timeout);
  return step;
}

ExecStep exec_step(const JsonObject& object) {
  allow_only(object, {"exec", "expect_exit", "expect_output", "timeout"});
  ExecStep step;
  step.argv = command(object, "exec");
  step.expect_exit = number(object, "expect_exit", 0, 0, 255);
  step.expect_output = pattern(object, "expect_output");
  step.timeout = seconds(object, "timeout", step.timeout);
  return step;
}

SignalStep signal_step(const JsonObject& object) {
  allow_only(object, {"signal"});
  SignalStep step{object.required_string("signal")};
  if (step.name != "stop" && !signal_number(step.name)) {
    object.fail("signal", "is neither 'stop' nor the name of a signal");
  }
  return step;
}

ExitStep exit_step(const JsonObject& object) {
  allow_only(object, {"expect_exit", "timeout"});
  ExitStep step;
  if (*object.find("expect_exit") != "any")
    step.expect_exit = number(object, "expect_exit", 0, 0, 255);
  step.timeout = seconds(object, "timeout", step.timeout);
  return step;
}

StayStep stay_step(const JsonObject& object) {
  allow_only(object, {"stay"});
  return {seconds(object, "stay", Milliseconds(0))};
}

Step step_of(const JsonObject& object) {
  if (object.has("exec")) return exec_step(object);
  const std::string kind =
      one_of(object, {"exec", "wait_http", "http", "wait_output", "signal", "stay", "expect_exit"});
  if (kind == "signal") return signal_step(object);
  if (kind == "stay") return stay_step(object);
  if (kind == "expect_exit") return exit_step(object);
  allow_only(object, {kind.c_str()});
  const JsonObject inner = *object.object(kind);
  if (kind == "wait_http") return wait_http(inner);
  if (kind == "http") return http_step(inner);
  return wait_output(inner);
}

Mount mount(const JsonObject& object) {
  allow_only(object, {"from_main", "host", "scratch", "target"});
  const std::string kind = one_of(object, {"from_main", "host", "scratch"});
  const std::string target = absolute(object, "target");
  if (kind == "from_main") return {MainPath{absolute(object, kind)}, target};
  if (kind == "host") return {HostPath{object.required_string(kind)}, target};
  if (!object.boolean(kind)) object.fail(kind, "is not true");
  return {Scratch{}, target};
}

std::vector<std::pair<std::string, std::string>> environment(const JsonObject& object) {
  std::vector<std::pair<std::string, std::string>> env;
  for (const auto& [name, value] : object.string_map("env")) {
    if (name.empty() || name.find('=') != std::string::npos) {
      object.fail("env", "holds '" + base::printable(name) + "', which is no variable's name");
    }
    env.emplace_back(name, value);
  }
  return env;
}

ContainerSettings settings(const JsonObject& object) {
  ContainerSettings result;
  result.env = environment(object);
  for (const JsonObject& one : object.objects("mounts", kMaxMounts))
    result.mounts.push_back(mount(one));
  if (object.has("command")) result.command = object.strings("command");
  result.read_only = object.boolean("read_only");
  return result;
}

Sidecar sidecar(const JsonObject& object) {
  Sidecar result;
  if (one_of(object, {"image", "host_command"}) == "image") {
    allow_only(object, {"name", "image", "env", "mounts", "command", "read_only", "ready_port"});
    result.image = object.required_string("image");
    if (!oci::try_parse_reference(result.image)) object.fail("image", "is not an image reference");
    result.settings = settings(object);
  } else {
    allow_only(object, {"name", "host_command", "env", "ready_port"});
    result.host_command = command(object, "host_command");
    result.settings.env = environment(object);
  }
  result.name = object.required_string("name");
  if (result.name == "main") object.fail("name", "is the name of the image's own container");
  if (object.has("ready_port")) {
    result.ready_port = static_cast<std::uint16_t>(number(object, "ready_port", 0, 1, 65535));
  }
  return result;
}

Target target(const JsonObject& object) {
  allow_only(object, {"env", "mounts", "command", "read_only", "sidecars", "steps"});
  Target result;
  result.settings = settings(object);
  for (const Mount& one : result.settings.mounts) {
    if (std::holds_alternative<MainPath>(one.source))
      object.fail("mounts", "cannot have 'from_main' here");
  }
  std::set<std::string> names;
  for (const JsonObject& one : object.objects("sidecars", kMaxSidecars)) {
    result.sidecars.push_back(sidecar(one));
    if (!names.insert(result.sidecars.back().name).second) one.fail("name", "is taken");
  }
  for (const JsonObject& one : object.objects("steps", kMaxSteps))
    result.steps.push_back(step_of(one));
  if (result.steps.empty()) object.fail("steps", "is missing: nothing would be asked");
  return result;
}

SmokeFile read(std::string_view text, const std::string& file_name) {
  const nlohmann::json document = oci::parse_strict_json(text, file_name, kMaxFileBytes);
  const JsonObject root(document, file_name);
  allow_only(root, {"targets"});
  const auto targets = root.object("targets");
  if (!targets || targets->value().empty())
    root.fail("targets", "is missing: nothing would be asked");
  if (targets->value().size() > kMaxTargets) root.fail("targets", "has too many members");
  SmokeFile file;
  for (const auto& [name, value] : targets->value().items()) {
    file.targets.emplace(name,
                         target(JsonObject(value, file_name, "targets." + base::printable(name))));
  }
  return file;
}

}  // namespace

SmokeFile parse_smoke_file(std::string_view text, const std::string& file_name) {
  try {
    return read(text, file_name);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    throw Error(ErrorKind::usage, error.doing(), error.thing(), error.cause())
        .with_hint("the format is described in docs/smoke.md");
  }
}

}  // namespace cooper::smoke
