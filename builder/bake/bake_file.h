// Bake files (docker-bake.hcl, docker-bake.json, compose files) -> build targets. Pure: the
// environment and the time come in as values. Rules: docker buildx bake.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "builder/hcl/evaluator.h"
#include "builder/hcl/node.h"

namespace cooper::bake {

// A key of a target block that means nothing: refused when the target is built.
struct UnknownKey {
  std::string key;
  base::SourceSpot where;
  std::string hint;
};

struct Target {
  std::string name;
  std::string context = ".";
  std::string dockerfile = "Dockerfile";
  std::optional<std::string> dockerfile_inline;
  std::map<std::string, std::string> contexts;  // named contexts, values as written
  std::map<std::string, std::optional<std::string>>
      args;  // always a value: null in a file means "not given"
  std::map<std::string, std::string> labels;
  std::vector<std::string> annotations;
  std::vector<std::string> tags;
  std::optional<std::string> target;  // stage
  std::vector<std::string> platforms;
  std::vector<std::string> outputs;  // "type=oci,dest=..." texts
  std::vector<std::string> secrets;  // "id=x,src=y" texts
  std::vector<std::string> ssh;
  std::vector<std::string> cache_from, cache_to;
  std::vector<std::string> no_cache_filter;
  std::vector<std::string> entitlements;
  std::optional<bool> no_cache, pull;
  std::optional<std::string> network;
  std::vector<std::string> attests;  // "type=provenance,mode=max" texts
  std::optional<std::string> call, shm_size;
  std::vector<std::string> ulimits;
  std::map<std::string, std::string> extra_hosts;
  std::vector<hcl::Node> policies;     // as written
  std::optional<hcl::Node> resources;  // as written
  std::string description;
  std::map<std::string, base::SourceSpot> written;  // where a file says what, by its key
  std::vector<UnknownKey> unknown;                  // in order, with those of inherited targets
  bool linked = false;  // not asked for, but another target's contexts name it ("target:x")
};

struct Group {
  std::string name;
  std::vector<std::string> targets;
  std::string description;
};

struct Variable {
  std::string name;
  std::string type;                  // "" if none is written
  std::optional<std::string> value;  // nothing for null
  std::string description;
};

struct BakeFile {
  std::map<std::string, Target> targets;  // resolved: inherits applied, variables interpolated
  std::map<std::string, Group> groups;
  std::vector<Variable> variables;  // by name
};

struct BakeInput {
  std::string text;
  std::string file_name;
};

using Environment = std::function<std::optional<std::string>(std::string_view)>;

// What the files may see of the world.
struct Surroundings {
  Environment environment;
  std::map<std::string, std::string> given = {};     // --var: goes before the environment
  std::map<std::string, std::string> builtins = {};  // BAKE_CMD_CONTEXT, BAKE_LOCAL_PLATFORM
  hcl::Facts facts = {};
  std::optional<BakeInput> dot_env = {};  // the text of .env, for compose files
};

// One `--set target.key[.sub]=value` (target may hold wildcards; "+=" appends).
struct Override {
  std::string target_pattern, key, value;
  bool append = false;
  bool from_environment =
      false;  // "app.args.NAME" without '=': the value is the environment's, if it has one
};
[[nodiscard]] Override parse_override(std::string_view text);

// Later files override earlier ones; all compose files come before the others. The language is that
// of the name's end (.hcl, .json, .yaml, .yml), else what the text looks like. Throws
// base::Error(usage) with file and position.
[[nodiscard]] BakeFile parse_bake_files(const std::vector<BakeInput>& files,
                                        const Surroundings& surroundings,
                                        const std::vector<Override>& overrides);

// Groups expanded, duplicates dropped, order kept; empty `names` means "default". Throws with the
// nearest name.
[[nodiscard]] std::vector<Target> select_targets(const BakeFile& file,
                                                 const std::vector<std::string>& names);

// The targets together with those that their contexts name as "target:x" and that are not among
// them (Target::linked), ordered so that a target comes after all it links to. Throws for a link to
// an unknown target and for a loop.
[[nodiscard]] std::vector<Target> with_linked_targets(const BakeFile& file,
                                                      const std::vector<Target>& targets);

// What `docker buildx bake --list=targets` and `--list=variables` print, with and without
// `,format=json`: every line ends with a newline.
[[nodiscard]] std::string list_targets(const BakeFile& file, bool json);
[[nodiscard]] std::string list_variables(const BakeFile& file, bool json);

// What `docker buildx bake --print` prints for these targets: {"group": {...}, "target": {...}}.
[[nodiscard]] std::string print_json(const BakeFile& file, const std::vector<std::string>& names);

}  // namespace cooper::bake
