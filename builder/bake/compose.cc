#include "builder/bake/compose.h"

#include <algorithm>
#include <utility>

#include "base/suggest.h"
#include "builder/bake/compose_build.h"
#include "builder/bake/compose_pairs.h"
#include "builder/bake/interpolate.h"
#include "builder/bake/scalars.h"

namespace cooper::bake {
namespace {

// Lists whose items are NAME=value pairs or may be written as a mapping.
bool is_pairs(const std::string& key) {
  return key == "args" || key == "labels" || key == "environment" || key == "extra_hosts" ||
         key == "additional_contexts";
}

void merge_over(Node& node, Node over, const std::string& key) {
  if (is_pairs(key)) {
    node = pairs_node(node, key);
    over = pairs_node(over, key);
  }
  if (key == "build" && node.kind != over.kind) {
    node = build_node(node);
    over = build_node(over);
  }
  if (node.kind == Node::Kind::list && over.kind == Node::Kind::list) {
    for (Node& item : over.items) {
      const bool there = std::any_of(node.items.begin(), node.items.end(),
                                     [&item](const Node& each) { return equal(each, item); });
      if (!there) node.items.push_back(std::move(item));
    }
    return;
  }
  if (node.kind != Node::Kind::object || over.kind != Node::Kind::object) {
    node = std::move(over);
    return;
  }
  for (Member& member : over.members) {
    const auto found =
        std::find_if(node.members.begin(), node.members.end(),
                     [&member](const Member& each) { return each.key == member.key; });
    if (found == node.members.end()) {
      node.members.push_back(std::move(member));
    } else {
      merge_over(found->value, std::move(member.value), member.key);
    }
  }
}

const Node& require_object(const Node& node, const std::string& what) {
  if (node.kind == Node::Kind::object || node.kind == Node::Kind::null) return node;
  fail_at(node.where, what + " must be a mapping, not " + describe(node.kind));
}

// What the Compose specification has at the top; other keys are mistakes.
void check_top(const Node& root) {
  static const std::vector<std::string> kKeys{"version",  "name",    "services",
                                              "networks", "volumes", "configs",
                                              "secrets",  "include", "models"};
  for (const Member& member : root.members) {
    if (member.key == "include") {
      fail_at(member.where, "'include' is not supported", "name the files with -f", 7,
              base::ErrorKind::unsupported);
    }
    if (member.key.starts_with("x-") ||
        std::find(kKeys.begin(), kKeys.end(), member.key) != kKeys.end())
      continue;
    fail_at(member.where, "unknown key '" + member.key + "' in a compose file",
            base::did_you_mean(member.key, kKeys), member.key.size());
  }
}

std::string target_name(std::string service) {
  for (char& c : service) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
    if (!kept) c = '_';
  }
  return service;
}

}  // namespace

bool is_compose(const Node& root) {
  return root.kind == Node::Kind::object && root.find("services") != nullptr;
}

std::vector<ComposeTarget> read_compose(std::vector<Node> files, const Environment& variables) {
  Node root;
  std::size_t produced = 0;
  for (Node& file : files) {
    check_top(require_object(file, "a compose file"));
    for (Member& member : file.members) {
      // Other parts may hold what is no variable of ours.
      if (member.key == "services" || member.key == "secrets")
        interpolate_all(member.value, variables, produced);
    }
    merge_over(root, std::move(file), {});
  }
  std::vector<ComposeTarget> targets;
  const Node* services = root.find("services");
  if (services == nullptr) return targets;
  for (const Member& service : require_object(*services, "'services'").members) {
    const std::string what = "service '" + service.key + "'";
    require_object(service.value, what);
    if (const Node* extends = service.value.find("extends")) {
      fail_at(extends->where, "'extends' of " + what + " is not supported", {}, 1,
              base::ErrorKind::unsupported);
    }
    const Node* build = service.value.find("build");
    if (build == nullptr || build->kind == Node::Kind::null) continue;
    targets.push_back({target_name(service.key),
                       read_build(service, build_node(*build), root.find("secrets"), variables)});
  }
  std::sort(targets.begin(), targets.end(),
            [](const ComposeTarget& a, const ComposeTarget& b) { return a.name < b.name; });
  return targets;
}

}  // namespace cooper::bake
