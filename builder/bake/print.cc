// bake --print.
#include <algorithm>
#include <utility>

#include "builder/bake/attributes.h"
#include "builder/bake/bake_file.h"
#include "builder/bake/context_path.h"
#include "builder/bake/json_writer.h"
#include "builder/bake/selection.h"

namespace cooper::bake {
namespace {

using Texts = std::vector<std::string>;

// Text that is read back as a template must not change.
std::string as_template(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at + 1 < text.size() && text[at + 1] == '{' && (text[at] == '$' || text[at] == '%'))
      out += text[at];
    out += text[at];
  }
  return out;
}

void put(JsonWriter& json, std::string_view key, const std::string& text) {
  json.key(key);
  json.value(std::string_view(text));
}

void put(JsonWriter& json, std::string_view key, const std::optional<std::string>& text) {
  if (text) put(json, key, *text);
}

void put(JsonWriter& json, std::string_view key, const std::optional<bool>& flag) {
  if (!flag) return;
  json.key(key);
  json.value(*flag);
}

void put(JsonWriter& json, std::string_view key, const Texts& texts) {
  if (texts.empty()) return;
  json.key(key);
  json.value(texts);
}

void put_map(JsonWriter& json, std::string_view key, const std::map<std::string, std::string>& map,
             bool templates) {
  if (map.empty()) return;
  json.key(key);
  json.begin_object();
  for (const auto& [name, value] : map) put(json, name, templates ? as_template(value) : value);
  json.end_object();
}

// Attribute texts as objects; `order` comes first, the rest by name.
void put_entries(JsonWriter& json, std::string_view key, const Texts& entries, const Texts& order) {
  if (entries.empty()) return;
  json.key(key);
  json.begin_list();
  for (const std::string& entry : entries) {
    json.begin_item();
    json.begin_object();
    Attributes attributes = parse_attributes(entry, {});
    for (const std::string& name : order) {
      if (auto node = attributes.extract(name)) put(json, name, node.mapped());
    }
    for (const auto& [name, value] : attributes) {
      if (key == "attest" && name == "disabled") {
        put(json, name, std::optional<bool>(true));
      } else {
        put(json, name, value);
      }
    }
    json.end_object();
  }
  json.end_list();
}

void put_ssh(JsonWriter& json, const Texts& entries) {
  if (entries.empty()) return;
  json.key("ssh");
  json.begin_list();
  for (const std::string& entry : entries) {
    const std::size_t equals = entry.find('=');
    json.begin_item();
    json.begin_object();
    if (equals != 0) put(json, "id", entry.substr(0, equals));
    Texts paths;
    for (std::size_t at = equals; at != std::string::npos; at = entry.find(',', at + 1)) {
      const std::size_t end = entry.find(',', at + 1);
      paths.push_back(entry.substr(at + 1, end == std::string::npos ? end : end - at - 1));
    }
    put(json, "paths", paths);
    json.end_object();
  }
  json.end_list();
}

void put_target(JsonWriter& json, const Target& target) {
  std::map<std::string, std::string> args;
  for (const auto& [name, value] : target.args) {
    if (value) args[name] = *value;
  }
  Texts annotations;
  for (const std::string& annotation : target.annotations)
    annotations.push_back(as_template(annotation));
  std::optional<std::string> inline_text;
  if (target.dockerfile_inline) inline_text = as_template(*target.dockerfile_inline);
  json.begin_object();
  if (!target.description.empty()) put(json, "description", target.description);
  put(json, "annotations", annotations);
  put_entries(json, "attest", target.attests, {});
  put(json, "context", local_path(target.context));
  put_map(json, "contexts", target.contexts, false);
  put(json, "dockerfile", target.dockerfile);
  put(json, "dockerfile-inline", inline_text);
  put_map(json, "args", args, true);
  put_map(json, "labels", target.labels, true);
  put(json, "tags", target.tags);
  put_entries(json, "cache-from", target.cache_from, {});
  put_entries(json, "cache-to", target.cache_to, {});
  put(json, "target", target.target);
  put_entries(json, "secret", target.secrets, {"id", "src", "env"});
  put_ssh(json, target.ssh);
  put(json, "platforms", target.platforms);
  put_entries(json, "output", target.linked ? Texts{"type=cacheonly"} : target.outputs, {});
  put(json, "pull", target.pull);
  put(json, "no-cache", target.no_cache);
  put(json, "network", target.network);
  put(json, "no-cache-filter", target.no_cache_filter);
  put(json, "shm-size", target.shm_size);
  put(json, "ulimits", target.ulimits);
  if (target.resources) {
    json.key("resources");
    json.value(*target.resources);
  }
  put(json, "call", target.call);
  put(json, "entitlements", target.entitlements);
  put_map(json, "extra-hosts", target.extra_hosts, true);
  if (!target.policies.empty()) {
    json.key("policy");
    json.value(hcl::make_list(target.policies));
  }
  json.end_object();
}

// The groups that were expanded; "default" also names what was asked for.
std::map<std::string, Group> printed_groups(const BakeFile& file, const Selection& selection) {
  std::map<std::string, Group> groups;
  for (const std::string& name : selection.groups) groups[name] = file.groups.at(name);
  for (const std::string& name : selection.asked) {
    const bool known = groups.count("default") != 0;
    if (known && name == "default") continue;
    Texts& targets = groups["default"].targets;
    if (std::find(targets.begin(), targets.end(), name) == targets.end()) targets.push_back(name);
  }
  Texts& targets = groups["default"].targets;
  std::sort(targets.begin(), targets.end());
  return groups;
}

}  // namespace

std::string print_json(const BakeFile& file, const std::vector<std::string>& names) {
  const Selection selection = select(file, names);
  JsonWriter json;
  json.begin_object();
  json.key("group");
  json.begin_object();
  for (const auto& [name, group] : printed_groups(file, selection)) {
    json.key(name);
    json.begin_object();
    if (!group.description.empty()) put(json, "description", group.description);
    json.key("targets");
    json.value(group.targets);
    json.end_object();
  }
  json.end_object();
  std::map<std::string, Target> targets;
  for (Target& target : with_linked_targets(file, select_targets(file, names))) {
    std::string name = target.name;
    targets[std::move(name)] = std::move(target);
  }
  json.key("target");
  json.begin_object();
  for (const auto& entry : targets) {
    json.key(entry.first);
    put_target(json, entry.second);
  }
  json.end_object();
  json.end_object();
  return json.text();
}

}  // namespace cooper::bake
