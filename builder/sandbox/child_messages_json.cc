#include <nlohmann/json.hpp>

#include "base/limits.h"
#include "builder/sandbox/child_messages.h"
#include "builder/sandbox/sandbox_spec_json.h"

namespace cooper::sandbox {
namespace {

using Json = nlohmann::json;

template <class Read>
auto parse(std::string_view text, Read read) {
  try {
    return read(Json::parse(text));
  } catch (const Json::exception& error) {
    throw base::Error(base::ErrorKind::corrupt, "read message of", "the sandbox", error.what());
  }
}

}  // namespace

std::string limits_to_json() {
  Json json = Json::object();
  for (const base::LimitRow& row : base::all_limits())
    json[std::string(row.name)] = base::limit_of(row.limit);
  return json.dump();
}
void take_limits(std::string_view text) {
  parse(text, [](const Json& json) {
    for (const auto& [name, value] : json.items())
      base::set_limit(name, value.get<std::uint64_t>());
  });
}

std::string to_json(const LaunchRequest& request) {
  Json json{{"namespaces", request.namespaces}, {"filter", request.filter}};
  if (!request.task.empty()) json["task"] = request.task;
  return json.dump();
}
std::string to_json(const LaunchReply& reply) {
  return Json{{"pid", reply.pid}, {"error", reply.error}}.dump();
}
std::string to_json(const ContainerRequest& request) {
  return Json{{"spec", spec_to_json(request.spec)},
              {"user_namespace", request.facts.user_namespace},
              {"chroot", request.facts.chroot},
              {"resolv_conf", encode_bytes(request.facts.resolv_conf)}}
      .dump();
}
std::string to_json(const InitRequest& request) {
  if (const auto* signal = std::get_if<SignalRequest>(&request)) {
    return Json{{"signal", signal->number}}.dump();
  }
  const auto& exec = std::get<ExecRequest>(request);
  return Json{{"argv", encode_list(exec.argv)}, {"env", encode_list(exec.env)}}.dump();
}
std::string to_json(const Report& report) {
  if (std::holds_alternative<Started>(report)) return Json{{"started", true}}.dump();
  if (const auto* failed = std::get_if<Failed>(&report)) {
    return Json{{"failed", static_cast<int>(failed->kind)},
                {"doing", encode_bytes(failed->doing)},
                {"thing", encode_bytes(failed->thing)},
                {"cause", encode_bytes(failed->cause)},
                {"hint", encode_bytes(failed->hint)}}
        .dump();
  }
  const auto& exited = std::get<Exited>(report);
  Json json{{"code", exited.code}};
  if (exited.signal) json["signal"] = *exited.signal;
  return json.dump();
}

LaunchRequest parse_launch_request(std::string_view text) {
  return parse(text, [](const Json& json) {
    return LaunchRequest{json.at("namespaces").get<std::uint64_t>(), json.at("filter").get<bool>(),
                         json.value("task", "")};
  });
}
LaunchReply parse_launch_reply(std::string_view text) {
  return parse(text, [](const Json& json) {
    return LaunchReply{json.at("pid").get<int>(), json.at("error").get<int>()};
  });
}
ContainerRequest parse_container_request(std::string_view text) {
  return parse(text, [](const Json& json) {
    ContainerRequest request;
    request.spec = spec_from_json(json.at("spec"));
    request.facts.chroot = json.at("chroot").get<bool>();
    request.facts.user_namespace = json.at("user_namespace").get<bool>();
    request.facts.resolv_conf = decode_bytes(json.at("resolv_conf").get<std::string>());
    return request;
  });
}
InitRequest parse_init_request(std::string_view text) {
  return parse(text, [](const Json& json) -> InitRequest {
    if (json.contains("signal")) return SignalRequest{json.at("signal").get<int>()};
    return ExecRequest{decode_list(json.at("argv")), decode_list(json.at("env"))};
  });
}
Report parse_report(std::string_view text) {
  return parse(text, [](const Json& json) -> Report {
    if (json.contains("started")) return Started{};
    const auto bytes = [&](const char* key) {
      return decode_bytes(json.at(key).get<std::string>());
    };
    if (json.contains("failed")) {
      return Failed{static_cast<base::ErrorKind>(json.at("failed").get<int>()), bytes("doing"),
                    bytes("thing"), bytes("cause"), bytes("hint")};
    }
    Exited exited;
    exited.code = json.at("code").get<int>();
    if (json.contains("signal")) exited.signal = json.at("signal").get<int>();
    return exited;
  });
}

}  // namespace cooper::sandbox
