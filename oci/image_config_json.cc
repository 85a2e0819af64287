#include <array>

#include "base/error.h"
#include "base/within_limit.h"
#include "oci/image_config.h"
#include "oci/manifest.h"
#include "oci/strict_json.h"

namespace cooper::oci {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr const char* kWhat = "image config";
constexpr std::size_t kMaxHistory = 10000;

constexpr std::array<std::string_view, 10> kMembers = {
    "created",     "author",  "architecture", "os",     "os.version",
    "os.features", "variant", "config",       "rootfs", "history"};
constexpr std::array<std::string_view, 13> kConfigMembers = {
    "User",   "ExposedPorts", "Env",         "Entrypoint",  "Cmd",     "Volumes", "WorkingDir",
    "Labels", "StopSignal",   "ArgsEscaped", "Healthcheck", "OnBuild", "Shell"};

template <std::size_t N>
std::string extra_members(const JsonObject& object, const std::array<std::string_view, N>& known) {
  Json extra = Json::object();
  for (const auto& [key, value] : object.value().items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) extra[key] = value;
  }
  return extra.dump();
}

// Docker reads a plain string as a list of one.
std::optional<std::vector<std::string>> optional_command(const JsonObject& object,
                                                         const std::string& name) {
  const Json* member = object.find(name);
  if (member == nullptr) return std::nullopt;
  if (member->is_string()) return std::vector<std::string>{object.string(name)};
  std::vector<std::string> words = object.strings(name);
  if (words.empty()) return std::nullopt;
  return words;
}

Healthcheck parse_healthcheck(const JsonObject& object) {
  Healthcheck check;
  check.test = object.strings("Test");
  check.interval = object.integer("Interval");
  check.timeout = object.integer("Timeout");
  check.start_period = object.integer("StartPeriod");
  check.start_interval = object.integer("StartInterval");
  check.retries = object.integer("Retries");
  return check;
}

RunConfig parse_run_config(const JsonObject& object) {
  RunConfig config;
  config.user = object.string("User");
  config.exposed_ports = object.keys("ExposedPorts");
  config.env = object.strings("Env");
  config.entrypoint = optional_command(object, "Entrypoint");
  config.cmd = optional_command(object, "Cmd");
  config.volumes = object.keys("Volumes");
  config.working_dir = object.string("WorkingDir");
  config.labels = object.string_map("Labels");
  config.stop_signal = object.string("StopSignal");
  if (const auto check = object.object("Healthcheck"))
    config.healthcheck = parse_healthcheck(*check);
  config.on_build = object.strings("OnBuild");
  config.shell = object.strings("Shell");
  config.args_escaped = object.boolean("ArgsEscaped");
  return config;
}

std::vector<DiffId> parse_rootfs(const JsonObject& document) {
  std::vector<DiffId> diff_ids;
  const auto rootfs = document.object("rootfs");
  if (!rootfs) return diff_ids;
  if (const std::string type = rootfs->string("type"); !type.empty() && type != "layers") {
    rootfs->fail("type", "is '" + type + "', not 'layers'");
  }
  for (const std::string& text : rootfs->strings("diff_ids")) {
    const auto diff_id = DiffId::try_parse(text);
    if (!diff_id)
      rootfs->fail("diff_ids", "holds '" + text.substr(0, 100) + "', which is no sha256 digest");
    diff_ids.push_back(*diff_id);
  }
  if (const std::uint64_t most = base::limit_of(base::Limit::image_layers);
      diff_ids.size() > most) {
    throw base::limit_error(base::Limit::image_layers, "parse", kWhat,
                            "more than " + std::to_string(most) + " layers");
  }
  return diff_ids;
}

History parse_history(const JsonObject& object) {
  History history;
  history.created = object.string("created");
  history.created_by = object.string("created_by");
  history.author = object.string("author");
  history.comment = object.string("comment");
  history.empty_layer = object.boolean("empty_layer");
  return history;
}

void put(OrderedJson& object, const char* name, const std::string& value) {
  if (!value.empty()) object[name] = value;
}

void put(OrderedJson& object, const char* name, const std::vector<std::string>& value) {
  if (!value.empty()) object[name] = value;
}

void put(OrderedJson& object, const char* name, std::int64_t value) {
  if (value != 0) object[name] = value;
}

void put_command(OrderedJson& object, const char* name,
                 const std::optional<std::vector<std::string>>& value) {
  if (value && !value->empty()) object[name] = *value;
}

void put_keys(OrderedJson& object, const char* name, const std::set<std::string>& keys) {
  if (keys.empty()) return;
  // Not by name: an ordered object looks for it in all it has, and EXPOSE may give 131,070 ports.
  OrderedJson::object_t members;
  members.reserve(keys.size());
  for (const std::string& key : keys) members.emplace_back(key, OrderedJson::object());
  object[name] = std::move(members);
}

void put_extra(OrderedJson& object, const std::string& extra_json, const std::string& what) {
  const Json extra = parse_strict_json(extra_json, what);
  for (const auto& [key, value] : extra.items()) {
    if (!object.contains(key)) object[key] = value;
  }
}

OrderedJson healthcheck_json(const Healthcheck& check) {
  OrderedJson object = OrderedJson::object();
  put(object, "Test", check.test);
  put(object, "Interval", check.interval);
  put(object, "Timeout", check.timeout);
  put(object, "StartPeriod", check.start_period);
  put(object, "StartInterval", check.start_interval);
  put(object, "Retries", check.retries);
  return object;
}

OrderedJson run_config_json(const RunConfig& config, const std::string& extra_json) {
  OrderedJson object = OrderedJson::object();
  put(object, "User", config.user);
  put_keys(object, "ExposedPorts", config.exposed_ports);
  put(object, "Env", config.env);
  put_command(object, "Entrypoint", config.entrypoint);
  put_command(object, "Cmd", config.cmd);
  put_keys(object, "Volumes", config.volumes);
  put(object, "WorkingDir", config.working_dir);
  if (!config.labels.empty()) object["Labels"] = config.labels;
  put(object, "StopSignal", config.stop_signal);
  if (config.args_escaped) object["ArgsEscaped"] = true;
  if (config.healthcheck) object["Healthcheck"] = healthcheck_json(*config.healthcheck);
  put(object, "OnBuild", config.on_build);
  put(object, "Shell", config.shell);
  put_extra(object, extra_json, "unknown members of the image's config");
  return object;
}

OrderedJson history_json(const History& history) {
  OrderedJson object = OrderedJson::object();
  put(object, "created", history.created);
  put(object, "created_by", history.created_by);
  put(object, "author", history.author);
  put(object, "comment", history.comment);
  if (history.empty_layer) object["empty_layer"] = true;
  return object;
}

}  // namespace

ImageConfig parse_image_config(std::string_view json) {
  const Json value = base::within(base::Limit::document_bytes, [&](std::uint64_t most) {
    return parse_strict_json(json, kWhat, most);
  });
  const JsonObject document(value, kWhat);
  ImageConfig image;
  image.created = document.string("created");
  image.author = document.string("author");
  image.platform.architecture = document.string("architecture");
  image.platform.os = document.string("os");
  image.platform.os_version = document.string("os.version");
  image.platform.os_features = document.strings("os.features");
  image.platform.variant = document.string("variant");
  if (const auto config = document.object("config")) {
    image.config = parse_run_config(*config);
    image.extra_config_json = extra_members(*config, kConfigMembers);
  }
  image.diff_ids = parse_rootfs(document);
  for (const JsonObject& entry : document.objects("history", kMaxHistory)) {
    image.history.push_back(parse_history(entry));
  }
  image.extra_json = extra_members(document, kMembers);
  return image;
}

std::string to_json(const ImageConfig& image) {
  OrderedJson object = OrderedJson::object();
  put(object, "created", image.created);
  put(object, "author", image.author);
  object["architecture"] = image.platform.architecture;
  object["os"] = image.platform.os;
  put(object, "os.version", image.platform.os_version);
  put(object, "os.features", image.platform.os_features);
  put(object, "variant", image.platform.variant);
  if (OrderedJson config = run_config_json(image.config, image.extra_config_json);
      !config.empty()) {
    object["config"] = std::move(config);
  }
  OrderedJson diff_ids = OrderedJson::array();
  for (const DiffId& id : image.diff_ids) diff_ids.push_back(id.to_string());
  object["rootfs"]["type"] = "layers";
  object["rootfs"]["diff_ids"] = std::move(diff_ids);
  for (const History& history : image.history) object["history"].push_back(history_json(history));
  put_extra(object, image.extra_json, "unknown members of the image config");
  return dump_json(object);
}

}  // namespace cooper::oci
