// --set: parsing and applying.
#include <map>
#include <utility>

#include "base/suggest.h"
#include "builder/bake/attributes.h"
#include "builder/bake/partial_target.h"
#include "builder/bake/scalars.h"

namespace cooper::bake {
namespace {

// The names in messages; kAliases are the others that are taken for them.
const std::vector<std::string> kOverrideKeys{
    "annotations", "args",     "attest",     "cache-from",      "cache-to",    "call",
    "context",     "contexts", "dockerfile", "entitlements",    "extra-hosts", "labels",
    "load",        "network",  "no-cache",   "no-cache-filter", "output",      "platform",
    "pull",        "push",     "secrets",    "shm-size",        "ssh",         "tags",
    "target",      "ulimits"};
const std::map<std::string, std::string> kAliases{
    {"annotation", "annotations"}, {"arg", "args"},     {"entitlement", "entitlements"},
    {"extra-host", "extra-hosts"}, {"label", "labels"}, {"platforms", "platform"},
    {"secret", "secrets"},         {"tag", "tags"},     {"ulimit", "ulimits"}};

[[noreturn]] void fail_override(const Override& change, std::string cause, std::string hint = {}) {
  base::Error error(base::ErrorKind::usage, "set", change.target_pattern + "." + change.key,
                    std::move(cause));
  if (!hint.empty()) error.with_hint(std::move(hint));
  throw error;
}

bool boolean_of(const Override& change) {
  const auto value = parse_boolean(change.value);
  if (!value) fail_override(change, "takes true or false, not '" + change.value + "'");
  return *value;
}

void change_list(Texts& list, const Override& change, std::string value) {
  if (!change.append) list.clear();
  list.push_back(std::move(value));
}

void change_list(std::optional<Texts>& list, const Override& change, std::string value) {
  if (!list) list.emplace();
  change_list(*list, change, std::move(value));
}

std::string type_of(const std::string& output) { return parse_attributes(output, {})["type"]; }

// push=true makes every image output push, and adds one if there is no output but docker's;
// push=false undoes it.
void change_push(std::optional<Texts>& outputs, bool push) {
  Texts changed;
  bool found = false;
  for (const std::string& output : outputs.value_or(Texts{})) {
    const std::string type = type_of(output);
    if (type == "registry" && !push) continue;
    found = found || type != "docker";
    Attributes attributes = parse_attributes(output, {});
    if (type == "image") attributes["push"] = push ? "true" : "false";
    changed.push_back(join_attributes(attributes, {"type", "dest"}));
  }
  if (push && !found) changed.emplace_back("type=image,push=true");
  outputs = std::move(changed);
}

void change_load(std::optional<Texts>& outputs, bool load) {
  if (!load) return;
  for (const std::string& output : outputs.value_or(Texts{})) {
    Attributes attributes = parse_attributes(output, {});
    const std::string& type = attributes["type"];
    if (type == "docker" && attributes["dest"].empty()) return;
    if (type != "docker" && type != "image" && type != "registry" && type != "oci") return;
  }
  if (!outputs) outputs.emplace();
  outputs->emplace_back("type=docker");
}

void change_named(PartialTarget& target, const std::string& key, const std::string& name,
                  const Override& change, const Environment& environment) {
  if (name.empty()) fail_override(change, "needs a name", "write TARGET." + key + ".NAME=value");
  if (key == "contexts") target.contexts[name] = change.value;
  if (key == "extra-hosts") target.extra_hosts[name] = change.value;
  if (key == "labels") target.labels[name] = change.value;
  if (key != "args") return;
  const auto value = change.from_environment ? environment(name) : std::optional(change.value);
  if (value) target.args[name] = *value;
}

// "TARGET.KEY=" empties a list.
bool clear_list(PartialTarget& target, const Override& change) {
  if (change.append || !change.value.empty()) return false;
  const std::string& key = change.key;
  if (key == "tags") target.tags.emplace().clear();
  if (key == "platform") target.platforms.emplace().clear();
  if (key == "output") target.outputs.emplace().clear();
  if (key == "cache-to") target.cache_to.emplace().clear();
  if (key == "cache-from") target.cache_from.clear();
  if (key == "no-cache-filter") target.no_cache_filter.clear();
  if (key == "annotations") target.annotations.clear();
  if (key == "entitlements") target.entitlements.clear();
  if (key == "secrets") target.secrets.clear();
  if (key == "ssh") target.ssh.clear();
  if (key == "attest") target.attests.clear();
  if (key == "ulimits") target.ulimits.clear();
  return true;
}

void change_list_key(PartialTarget& target, const Override& change) {
  if (clear_list(target, change)) return;
  const Node node = hcl::make_text(change.value);
  const std::string& key = change.key;
  if (key == "tags") change_list(target.tags, change, change.value);
  if (key == "platform") change_list(target.platforms, change, change.value);
  if (key == "no-cache-filter") change_list(target.no_cache_filter, change, change.value);
  if (key == "annotations") target.annotations.push_back(change.value);
  if (key == "entitlements") target.entitlements.push_back(change.value);
  if (key == "attest") target.attests.push_back(normal_attest(node));
  if (key == "ulimits") change_list(target.ulimits, change, change.value);
  if (key == "output") change_list(target.outputs, change, normal_output(node));
  if (key == "cache-to") change_list(target.cache_to, change, normal_cache(node));
  if (key == "cache-from") change_list(target.cache_from, change, normal_cache(node));
  if (key == "secrets") change_list(target.secrets, change, normal_secret(node));
  if (key == "ssh") change_list(target.ssh, change, normal_ssh(node));
}

}  // namespace

Override parse_override(std::string_view text) {
  Override change;
  const std::size_t equals = text.find('=');
  std::string_view left = text.substr(0, equals);
  if (!left.empty() && left.back() == '+' && equals != std::string_view::npos) {
    change.append = true;
    left.remove_suffix(1);
  }
  const std::size_t dot = left.find('.');
  change.target_pattern = left.substr(0, dot);
  if (dot != std::string_view::npos) change.key = left.substr(dot + 1);
  std::string first = change.key.substr(0, change.key.find('.'));
  if (const auto alias = kAliases.find(first); alias != kAliases.end()) {
    change.key.replace(0, first.size(), alias->second);
    first = alias->second;
  }
  if (change.target_pattern.empty() || change.key.empty()) {
    throw base::Error(base::ErrorKind::usage, "set", std::string(text),
                      "it must be of the form TARGET.KEY=VALUE");
  }
  if (equals != std::string_view::npos) {
    change.value = text.substr(equals + 1);
  } else if (first == "args") {
    change.from_environment = true;
  } else {
    fail_override(change, "there is no value",
                  "write " + change.target_pattern + "." + change.key + "=VALUE");
  }
  bool known = false;
  for (const std::string& key : kOverrideKeys) known = known || key == first;
  if (!known)
    fail_override(change, "unknown key '" + first + "'", base::did_you_mean(first, kOverrideKeys));
  return change;
}

void apply(PartialTarget& target, const Override& change, const Environment& environment) {
  const std::size_t dot = change.key.find('.');
  const std::string key = change.key.substr(0, dot);
  const std::string name = dot == std::string::npos ? std::string{} : change.key.substr(dot + 1);
  target.written.erase(key);
  if (key == "args" || key == "contexts" || key == "labels" || key == "extra-hosts") {
    change_named(target, key, name, change, environment);
    return;
  }
  if (!name.empty()) fail_override(change, "'" + key + "' has no parts");
  if (key == "context") target.context = change.value;
  if (key == "dockerfile") target.dockerfile = change.value;
  if (key == "target") target.target = change.value;
  if (key == "network") target.network = change.value;
  if (key == "call") target.call = change.value;
  if (key == "shm-size") target.shm_size = change.value;
  if (key == "no-cache") target.no_cache = boolean_of(change);
  if (key == "pull") target.pull = boolean_of(change);
  if (key == "push") change_push(target.outputs, boolean_of(change));
  if (key == "load") change_load(target.outputs, boolean_of(change));
  change_list_key(target, change);
}

}  // namespace cooper::bake
