#include "builder/bake/partial_target.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/suggest.h"
#include "builder/bake/attributes.h"
#include "builder/bake/scalars.h"

namespace cooper::bake {
namespace {

const std::vector<std::string> kKeys{"annotations",
                                     "args",
                                     "attest",
                                     "cache-from",
                                     "cache-to",
                                     "call",
                                     "context",
                                     "contexts",
                                     "description",
                                     "dockerfile",
                                     "dockerfile-inline",
                                     "entitlements",
                                     "extra-hosts",
                                     "inherits",
                                     "labels",
                                     "matrix",
                                     "name",
                                     "network",
                                     "no-cache",
                                     "no-cache-filter",
                                     "output",
                                     "platforms",
                                     "policy",
                                     "pull",
                                     "secret",
                                     "shm-size",
                                     "ssh",
                                     "tags",
                                     "target",
                                     "ulimits"};

Texts to_entries(const Node& node, const std::string& what, std::string (*normal)(const Node&)) {
  if (node.kind == Node::Kind::string || node.kind == Node::Kind::object) return {normal(node)};
  if (node.kind != Node::Kind::list)
    fail_at(node.where, what + " must be a list, not " + describe(node.kind));
  Texts entries;
  for (const Node& item : node.items) {
    if (item.kind != Node::Kind::null) entries.push_back(normal(item));
  }
  return entries;
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
}

void refuse_unknown(const Member& member, const std::string& target) {
  static const std::set<std::string> kUnsupported{"attest", "call",   "extra-hosts", "matrix",
                                                  "name",   "policy", "shm-size",    "ulimits"};
  if (std::find(kKeys.begin(), kKeys.end(), member.key) == kKeys.end()) {
    fail_at(member.where, "unknown key '" + member.key + "' in target '" + target + "'",
            base::did_you_mean(member.key, kKeys), member.key.size() + 2);
  }
  const bool plain_build = member.key == "call" && member.value.kind == Node::Kind::string &&
                           member.value.text == "build";
  if (kUnsupported.count(member.key) != 0 && !plain_build) {
    fail_at(member.where, "'" + member.key + "' (in target '" + target + "') is not supported", {},
            member.key.size() + 2, base::ErrorKind::unsupported);
  }
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

void drop_empty_and_repeated(Texts& texts) {
  std::set<std::string> seen;
  texts.erase(std::remove_if(texts.begin(), texts.end(),
                             [&seen](const std::string& text) {
                               return text.empty() || !seen.insert(text).second;
                             }),
              texts.end());
}

Texts tidy(Texts texts) {
  drop_empty_and_repeated(texts);
  return texts;
}

}  // namespace

PartialTarget read_target(const std::string& name, const Node& block) {
  if (block.kind != Node::Kind::object) {
    fail_at(block.where, "target '" + name + "' must be an object, not " + describe(block.kind));
  }
  PartialTarget target;
  target.where = block.where;
  for (const Member& member : block.members) {
    if (member.key == "//") continue;  // a comment
    refuse_unknown(member, name);
    if (member.value.kind == Node::Kind::null) continue;
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
  if (!over.description.empty()) target.description = over.description;
  if (over.where.document != nullptr) target.where = over.where;
}

Target finish(const std::string& name, PartialTarget target) {
  Target out;
  out.name = name;
  out.context = target.context.value_or(".");
  out.dockerfile = target.dockerfile.value_or("");
  if (out.dockerfile.empty()) out.dockerfile = "Dockerfile";
  out.dockerfile_inline = std::move(target.dockerfile_inline);
  for (auto& [key, value] : target.contexts) {
    if (!value.empty()) out.contexts[key] = value;
  }
  for (auto& [key, value] : target.args) out.args[key] = value;
  out.labels = std::move(target.labels);
  out.annotations = tidy(std::move(target.annotations));
  out.tags = tidy(target.tags.value_or(Texts{}));
  out.target = std::move(target.target);
  out.platforms = tidy(target.platforms.value_or(Texts{}));
  out.outputs = tidy(target.outputs.value_or(Texts{}));
  out.secrets = tidy(std::move(target.secrets));
  out.ssh = tidy(std::move(target.ssh));
  out.cache_from = tidy(std::move(target.cache_from));
  out.cache_to = tidy(target.cache_to.value_or(Texts{}));
  out.no_cache_filter = tidy(std::move(target.no_cache_filter));
  out.no_cache = target.no_cache;
  out.pull = target.pull;
  out.network = std::move(target.network);
  if (out.network == "host") target.entitlements.emplace_back("network.host");
  out.entitlements = tidy(std::move(target.entitlements));
  out.description = std::move(target.description);
  return out;
}

}  // namespace cooper::bake
