// --set: parsing and applying.
#include <utility>

#include "base/suggest.h"
#include "builder/bake/attributes.h"
#include "builder/bake/partial_target.h"
#include "builder/bake/scalars.h"

namespace cooper::bake {
namespace {

const std::vector<std::string> kOverrideKeys{
    "annotations", "args",       "cache-from",      "cache-to", "context",
    "contexts",    "dockerfile", "entitlements",    "labels",   "load",
    "network",     "no-cache",   "no-cache-filter", "output",   "platform",
    "pull",        "push",       "secrets",         "ssh",      "tags",
    "target"};

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

Node text_node(const std::string& text) {
  Node node;
  node.kind = Node::Kind::string;
  node.text = text;
  return node;
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

// push=true makes every image output push, and adds one if there is none; push=false undoes it.
void change_push(std::optional<Texts>& outputs, bool push) {
  Texts changed;
  bool found = false;
  for (const std::string& output : outputs.value_or(Texts{})) {
    const std::string type = type_of(output);
    if (type == "registry" && !push) continue;
    found = found || type == "image" || type == "registry";
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
    if (output == "type=docker") return;
  }
  if (!outputs) outputs.emplace();
  outputs->emplace_back("type=docker");
}

void change_named(PartialTarget& target, const std::string& key, const std::string& name,
                  const Override& change, const Environment& environment) {
  if (name.empty()) fail_override(change, "needs a name", "write TARGET." + key + ".NAME=value");
  if (key == "contexts") target.contexts[name] = change.value;
  if (key == "labels") target.labels[name] = change.value;
  if (key != "args") return;
  const auto value = change.from_environment ? environment(name) : std::optional(change.value);
  if (value) target.args[name] = *value;
}

void change_list_key(PartialTarget& target, const Override& change) {
  const Node node = text_node(change.value);
  const std::string& key = change.key;
  if (key == "tags") change_list(target.tags, change, change.value);
  if (key == "platform") change_list(target.platforms, change, change.value);
  if (key == "no-cache-filter") change_list(target.no_cache_filter, change, change.value);
  if (key == "annotations") target.annotations.push_back(change.value);
  if (key == "entitlements") target.entitlements.push_back(change.value);
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
  const std::string first = change.key.substr(0, change.key.find('.'));
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
  if (key == "args" || key == "contexts" || key == "labels") {
    change_named(target, key, name, change, environment);
    return;
  }
  if (!name.empty()) fail_override(change, "'" + key + "' has no parts");
  if (key == "context") target.context = change.value;
  if (key == "dockerfile") target.dockerfile = change.value;
  if (key == "target") target.target = change.value;
  if (key == "network") target.network = change.value;
  if (key == "no-cache") target.no_cache = boolean_of(change);
  if (key == "pull") target.pull = boolean_of(change);
  if (key == "push") change_push(target.outputs, boolean_of(change));
  if (key == "load") change_load(target.outputs, boolean_of(change));
  change_list_key(target, change);
}

}  // namespace cooper::bake
