// What the machine's containers-registries.conf(5) says of registries: where to pull from in their
// place, which are insecure, which are blocked. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oci/reference.h"

namespace cooper::registry {

struct RegistryMirror {
  enum class Pulls { all, digest_only, tag_only };
  std::string location;  // host[:port][/path]
  bool insecure = false;
  Pulls pulls = Pulls::all;
};

struct RegistryRule {
  std::string prefix;    // host[:port][/path...][:tag or @digest], or *.domain
  std::string location;  // what stands in the place of the prefix when pulling; empty: the prefix
  bool insecure = false;
  bool blocked = false;
  std::vector<RegistryMirror> mirrors = {};  // asked first, in order
};

using RegistryRules = std::vector<RegistryRule>;  // one for each prefix

// Throws base::Error(corrupt) with file, line and column.
[[nodiscard]] RegistryRules parse_registries_conf(std::string_view toml, const std::string& file);
// `later` goes before what `rules` says of the same prefix.
void add_rules(RegistryRules& rules, RegistryRules later);

// The rule with the longest prefix of the reference; nullptr if there is none.
[[nodiscard]] const RegistryRule* find_rule(const RegistryRules& rules,
                                            const oci::Reference& reference);

// Where to pull a reference from, best first; the last is the registry itself. Throws
// base::Error(denied) when it is blocked.
[[nodiscard]] std::vector<oci::Reference> pull_locations(const RegistryRules& rules,
                                                         const oci::Reference& reference);
// Throws base::Error(denied) for a reference that a rule blocks.
void refuse_blocked(const RegistryRules& rules, const oci::Reference& reference);
// Whether a rule or one of its mirrors calls this host[:port] insecure.
[[nodiscard]] bool is_insecure_host(const RegistryRules& rules, const std::string& host);

}  // namespace cooper::registry
