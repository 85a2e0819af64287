// One target block as written: what it does not say is absent, so that inherits can fill it
// (BuildKit's merge rules).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "builder/bake/bake_file.h"
#include "builder/bake/node.h"

namespace cooper::bake {

using Texts = std::vector<std::string>;

struct PartialTarget {
  Texts inherits;
  std::optional<std::string> context, dockerfile, dockerfile_inline, target, network;
  std::optional<bool> no_cache, pull;
  std::map<std::string, std::string> contexts, args, labels;
  std::optional<Texts> tags, platforms, outputs, cache_to;  // the last one given counts
  Texts annotations, secrets, ssh, cache_from, no_cache_filter, entitlements;  // added up
  std::string description;
  Position where;
};

// An evaluated target block -> its fields. Unknown keys are refused with the nearest known one,
// those of buildx that cooper does not do with base::Error(unsupported), both at the key.
[[nodiscard]] PartialTarget read_target(const std::string& name, const Node& block);

// What `over` says goes first; maps are joined key by key.
void merge(PartialTarget& target, const PartialTarget& over);

// One --set; throws base::Error(usage) for an unknown key. `environment` is for args without a
// value.
void apply(PartialTarget& target, const Override& change, const Environment& environment);

// The end result: defaults filled in, empty and repeated values dropped.
[[nodiscard]] Target finish(const std::string& name, PartialTarget target);

}  // namespace cooper::bake
