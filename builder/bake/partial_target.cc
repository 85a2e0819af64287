#include "builder/bake/partial_target.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/suggest.h"
#include "builder/bake/attributes.h"
#include "builder/bake/scalars.h"
#include "builder/bake/target_keys.h"

namespace cooper::bake {
namespace {

constexpr std::size_t kMaxEntries = 1000;

using Nodes = std::vector<Node>;

Texts to_entries(const Node& node, const std::string& what, std::string (*normal)(const Node&)) {
  if (node.kind == Node::Kind::string || node.kind == Node::Kind::object) return {normal(node)};
  if (node.kind != Node::Kind::list)
    fail_at(node.where, what + " must be a list, not " + describe(node.kind));
  Texts entries;
  if (node.items.size() > kMaxEntries)
    fail_at(node.where, what + " has more than 1000 entries", {}, 1, base::ErrorKind::limit);
  for (const Node& item : node.items) {
    const bool empty = item.kind == Node::Kind::string && item.text.empty();
    if (item.kind != Node::Kind::null && !empty) entries.push_back(normal(item));
  }
  return entries;
}

// Limits of a build: texts and numbers, in buildx's order.
Node read_resources(const Node& value, const std::string& what) {
  static const std::vector<std::string> kKeys{"memory",     "memory-swap", "cpu-shares",
                                              "cpu-period", "cpu-quota",   "cpuset-cpus",
                                              "cpuset-mems"};
  if (value.kind != Node::Kind::object)
    fail_at(value.where, what + " must be an object, not " + describe(value.kind));
  for (const Member& member : value.members) {
    if (std::find(kKeys.begin(), kKeys.end(), member.key) == kKeys.end()) {
      fail_at(member.where, "unknown key '" + member.key + "' in " + what,
              base::did_you_mean(member.key, kKeys), member.key.size());
    }
  }
  Node ordered = value;
  ordered.members.clear();
  for (const std::string& key : kKeys) {
    const Node* found = value.find(key);
    if (found != nullptr && found->kind != Node::Kind::null)
      ordered.members.push_back({key, found->where, *found});
  }
  return ordered;
}

void read_lists(PartialTarget& target, const std::string& key, const Node& value,
                const std::string& what) {
  if (key == "inherits") target.inherits = to_texts(value, what);
  if (key == "annotations") target.annotations = to_texts(value, what);
  if (key == "tags") target.tags = to_texts(value, what);
  if (key == "platforms") target.platforms = to_texts(value, what);
  if (key == "entitlements") target.entitlements = to_texts(value, what);
  if (key == "no-cache-filter") target.no_cache_filter = to_texts(value, what);
  if (key == "output") target.outputs = to_entries(value, what, normal_output);
  if (key == "secret") target.secrets = to_entries(value, what, normal_secret);
  if (key == "ssh") target.ssh = to_entries(value, what, normal_ssh);
  if (key == "cache-from") target.cache_from = to_entries(value, what, normal_cache);
  if (key == "cache-to") target.cache_to = to_entries(value, what, normal_cache);
  if (key == "attest") target.attests = to_entries(value, what, normal_attest);
  if (key == "ulimits") target.ulimits = to_texts(value, what);
  if (key == "policy")
    target.policies = value.kind == Node::Kind::list ? value.items : Nodes{value};
  if (key == "resources") target.resources = read_resources(value, what);
}

void read_scalars(PartialTarget& target, const std::string& key, const Node& value,
                  const std::string& what) {
  if (key == "context") target.context = to_text(value, what);
  if (key == "dockerfile") target.dockerfile = to_text(value, what);
  if (key == "dockerfile-inline") target.dockerfile_inline = to_text(value, what);
  if (key == "target") target.target = to_text(value, what);
  if (key == "network") target.network = to_text(value, what);
  if (key == "description") target.description = to_text(value, what);
  if (key == "no-cache") target.no_cache = to_boolean(value, what);
  if (key == "pull") target.pull = to_boolean(value, what);
  if (key == "contexts") target.contexts = to_text_map(value, what);
  if (key == "args") target.args = to_text_map(value, what);
  if (key == "labels") target.labels = to_text_map(value, what);
  if (key == "extra-hosts") target.extra_hosts = to_text_map(value, what);
  if (key == "call") target.call = to_text(value, what);
  if (key == "shm-size") target.shm_size = to_text(value, what);
}

bool keep_if_unknown(PartialTarget& target, const Member& member) {
  const std::vector<std::string>& keys = target_keys();
  if (std::find(keys.begin(), keys.end(), member.key) != keys.end()) return false;
  target.unknown.push_back({member.key, hcl::spot_of(member.where, member.key.size()),
                            base::did_you_mean(member.key, keys)});
  return true;
}

template <typename T>
void replace(std::optional<T>& value, const std::optional<T>& over) {
  if (over) value = over;
}

template <typename List>
void append(List& list, const List& more) {
  list.insert(list.end(), more.begin(), more.end());
}

void overlay(std::map<std::string, std::string>& map,
             const std::map<std::string, std::string>& over) {
  for (const auto& [key, value] : over) map[key] = value;
}

Texts tidy(const Texts& texts) {
  std::set<std::string> seen;
  Texts kept;
  for (const std::string& text : texts) {
    if (!text.empty() && seen.insert(text).second) kept.push_back(text);
  }
  return kept;
}

// Of equal entries the later one goes, and the last one of all takes its place: the order buildx
// gives them.
Texts unique_entries(Texts texts) {
  std::erase(texts, std::string{});
  for (std::size_t at = texts.size(); at-- > 0;) {
    const auto other =
        std::find(texts.begin() + static_cast<std::ptrdiff_t>(at) + 1, texts.end(), texts[at]);
    if (other == texts.end()) continue;
    std::swap(*other, texts.back());
    texts.pop_back();
  }
  return texts;
}

template <typename Values, typename Equal>
void drop_repeated(Values& values, Equal equal) {
  Values kept;
  for (auto& value : values) {
    const bool there =
        std::any_of(kept.begin(), kept.end(), [&](const auto& each) { return equal(each, value); });
    if (!there) kept.push_back(std::move(value));
  }
  values = std::move(kept);
}

}  // namespace

PartialTarget read_target(const std::string& name, const Node& block) {
  if (block.kind != Node::Kind::object) {
    fail_at(block.where, "target '" + name + "' must be an object, not " + describe(block.kind));
  }
  PartialTarget target;
  target.where = block.where;
  for (const Member& member : block.members) {
    if (keep_if_unknown(target, member) || member.value.kind == Node::Kind::null) continue;
    target.written[member.key] = member.where;
    const std::string what = "'" + member.key + "' of target '" + name + "'";
    read_lists(target, member.key, member.value, what);
    read_scalars(target, member.key, member.value, what);
  }
  return target;
}

void merge(PartialTarget& target, const PartialTarget& over) {
  append(target.inherits, over.inherits);
  replace(target.context, over.context);
  replace(target.dockerfile, over.dockerfile);
  replace(target.dockerfile_inline, over.dockerfile_inline);
  replace(target.target, over.target);
  replace(target.network, over.network);
  replace(target.no_cache, over.no_cache);
  replace(target.pull, over.pull);
  overlay(target.contexts, over.contexts);
  overlay(target.args, over.args);
  overlay(target.labels, over.labels);
  overlay(target.extra_hosts, over.extra_hosts);
  replace(target.call, over.call);
  replace(target.shm_size, over.shm_size);
  replace(target.resources, over.resources);
  replace(target.tags, over.tags);
  replace(target.platforms, over.platforms);
  replace(target.outputs, over.outputs);
  replace(target.cache_to, over.cache_to);
  append(target.annotations, over.annotations);
  append(target.secrets, over.secrets);
  append(target.ssh, over.ssh);
  append(target.cache_from, over.cache_from);
  append(target.no_cache_filter, over.no_cache_filter);
  append(target.entitlements, over.entitlements);
  append(target.attests, over.attests);
  append(target.ulimits, over.ulimits);
  append(target.policies, over.policies);
  append(target.unknown, over.unknown);
  for (const auto& [key, where] : over.written) target.written[key] = where;
  if (!over.description.empty()) target.description = over.description;
  if (over.where.document != nullptr) target.where = over.where;
}

void normalize(PartialTarget& target) {
  for (Texts* texts : {&target.annotations, &target.ulimits, &target.no_cache_filter,
                       &target.entitlements, &target.inherits}) {
    *texts = tidy(*texts);
  }
  for (std::optional<Texts>* texts : {&target.tags, &target.platforms}) {
    if (*texts) *texts = tidy(**texts);
  }
  for (std::optional<Texts>* texts : {&target.outputs, &target.cache_to}) {
    if (*texts) *texts = unique_entries(std::move(**texts));
  }
  target.cache_from = unique_entries(std::move(target.cache_from));
  target.secrets = last_of_each(target.secrets, "id");
  target.ssh = last_of_each(target.ssh, {});
  target.attests = last_of_each(target.attests, "type");
  drop_repeated(target.unknown, [](const UnknownKey& a, const UnknownKey& b) {
    return a.key == b.key && a.where.line == b.where.line && a.where.file == b.where.file;
  });
  drop_repeated(target.policies, hcl::equal);
}

Target finish(const std::string& name, PartialTarget target) {
  Target out;
  out.name = name;
  out.context = target.context.value_or(".");
  out.dockerfile = target.dockerfile.value_or("");
  if (out.dockerfile.empty()) out.dockerfile = "Dockerfile";
  out.target = std::move(target.target);
  out.dockerfile_inline = std::move(target.dockerfile_inline);
  for (auto& [key, value] : target.contexts) {
    if (!value.empty()) out.contexts[key] = value;
  }
  for (auto& [key, value] : target.args) out.args[key] = value;
  out.labels = std::move(target.labels);
  out.extra_hosts = std::move(target.extra_hosts);
  normalize(target);
  out.annotations = std::move(target.annotations);
  out.tags = target.tags.value_or(Texts{});
  out.platforms = target.platforms.value_or(Texts{});
  out.outputs = target.outputs.value_or(Texts{});
  out.secrets = std::move(target.secrets);
  out.ssh = std::move(target.ssh);
  out.cache_from = std::move(target.cache_from);
  out.cache_to = target.cache_to.value_or(Texts{});
  out.attests = std::move(target.attests);
  out.ulimits = std::move(target.ulimits);
  out.no_cache_filter = std::move(target.no_cache_filter);
  out.no_cache = target.no_cache;
  out.pull = target.pull;
  out.network = std::move(target.network);
  if (out.network == "host") target.entitlements.emplace_back("network.host");
  out.entitlements = tidy(target.entitlements);
  out.call = std::move(target.call);
  out.shm_size = std::move(target.shm_size);
  out.policies = std::move(target.policies);
  out.unknown = std::move(target.unknown);
  out.resources = std::move(target.resources);
  out.description = std::move(target.description);
  for (const auto& [key, where] : target.written)
    out.written[key] = hcl::spot_of(where, key.size());
  return out;
}

}  // namespace cooper::bake
