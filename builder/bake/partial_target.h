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
  std::optional<std::string> context, dockerfile, dockerfile_inline, target, network, call,
      shm_size;
  std::optional<bool> no_cache, pull;
  std::map<std::string, std::string> contexts, args, labels, extra_hosts;
  std::optional<Texts> tags, platforms, outputs, cache_to;  // the last one given counts
  Texts annotations, secrets, ssh, cache_from, no_cache_filter, entitlements;  // added up
  Texts attests, ulimits;                                                      // added up
  std::vector<Node> policies;                                                  // added up
  std::optional<Node> resources;
  std::string description;
  Position where;
  std::map<std::string, Position> written;  // by key
  std::vector<UnknownKey> unknown;
};

// An evaluated target block -> its fields. Unknown keys are kept, for files are shared with
// builders that pass over them.
[[nodiscard]] PartialTarget read_target(const std::string& name, const Node& block);

// What `over` says goes first; maps are joined key by key.
void merge(PartialTarget& target, const PartialTarget& over);

// Drops empty and repeated values of lists; of secrets, ssh agents and attestations the last one of
// each name counts. Keeps what is merged over and over from growing.
void normalize(PartialTarget& target);

// One --set; throws base::Error(usage) for an unknown key. `environment` is for args without a
// value.
void apply(PartialTarget& target, const Override& change, const Environment& environment);

// The end result: normalized, defaults filled in.
[[nodiscard]] Target finish(const std::string& name, PartialTarget target);

}  // namespace cooper::bake
