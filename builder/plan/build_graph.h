// The plan: what has to be done to make the asked images, as a value. Made by plan.h, executed by
// builder/engine.
//
// A Step makes one layer (or none) on top of its parent's file system. Metadata instructions are no
// steps: the planner has already folded them into the image configurations (row K1). Equal steps of
// several targets are one Step.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "builder/dockerfile/instruction.h"
#include "oci/image_config.h"
#include "oci/manifest.h"
#include "oci/reference.h"

namespace cooper::plan {

using StepId = std::size_t;  // index into BuildGraph::steps; a step's inputs have smaller ids

// Where files come from: a build context (by index into BuildGraph::contexts), the result of a
// step, or nothing.
struct ContextInput {
  std::size_t context = 0;
  bool operator==(const ContextInput&) const = default;
};
struct StepInput {
  StepId step = 0;
  bool operator==(const StepInput&) const = default;
};
struct EmptyInput {
  bool operator==(const EmptyInput&) const = default;
};
using Input = std::variant<EmptyInput, ContextInput, StepInput>;

// An image from outside: no work, only the layers it stands for. `image` indexes
// BuildGraph::images.
struct BaseOp {
  std::size_t image = 0;
  bool operator==(const BaseOp&) const = default;
};

struct MountOp {
  dockerfile::MountType type = dockerfile::MountType::bind;
  std::string
      target;  // absolute and clean; empty for a secret that is only an environment variable
  std::string source;  // clean, below the input's root, "" is the root
  Input input;         // bind and cache
  bool readonly = false;
  std::string id;  // cache (namespaced), secret, ssh
  std::optional<std::string> env;
  bool required = false;
  std::uint32_t mode = 0, uid = 0, gid = 0;
  std::uint64_t tmpfs_size = 0;  // 0: no limit
  dockerfile::CacheSharing sharing = dockerfile::CacheSharing::shared;
  bool operator==(const MountOp&) const = default;
};

// What a build says about all of a target's RUN steps.
struct Ulimit {
  std::string name;         // "nofile", "core" ...
  std::int64_t soft, hard;  // -1: unlimited
  bool operator==(const Ulimit&) const = default;
};
struct RunSettings {
  std::vector<std::string> extra_hosts;  // "name address" of /etc/hosts
  std::uint64_t shm_size = 0;            // bytes of /dev/shm; 0: as Docker, 64 MiB
  std::vector<Ulimit> ulimits;
  bool operator==(const RunSettings&) const = default;
};

struct RunOp {
  std::vector<std::string> argv;  // complete: shell prefix included
  std::optional<dockerfile::Heredoc>
      script;  // row H6: body starting with #!, mounted at /dev/pipes/<name>, which argv names
  std::vector<std::string> env;  // NAME=value: ENV and ARG in effect, PATH included
  std::vector<std::string>
      proxy_env;  // predefined proxy arguments: given to the step, not in its key (A6)
  std::string user;
  std::string cwd;              // absolute
  std::vector<MountOp> mounts;  // in mount order
  dockerfile::Network network = dockerfile::Network::default_;
  dockerfile::Security security = dockerfile::Security::sandbox;
  std::string hostname = "buildkitsandbox";
  RunSettings settings;
  bool operator==(const RunOp&) const = default;
};

// One source of a COPY or ADD.
struct CopySource {
  enum class Kind { path, inline_file, http, git } kind = Kind::path;
  std::string path;     // expanded; path: as written (may hold wildcards); inline_file: file name;
                        // http/git: URL
  std::string content;  // inline_file
  bool operator==(const CopySource&) const = default;
};

struct CopyOp {
  bool add = false;
  Input from;  // where Kind::path sources are looked up; nothing when there are none
  std::vector<CopySource> sources;
  std::string
      destination;  // absolute (joined with WORKDIR); a trailing '/' is kept: it means a directory
  std::string chown;  // "user[:group]" expanded, empty: default
  std::string chmod;  // octal or symbolic, expanded, empty: keep
  std::vector<std::string> excludes;
  std::string checksum;  // ADD --checksum
  bool link = false, parents = false, keep_git_dir = false;
  std::optional<bool> unpack;
  bool operator==(const CopyOp&) const = default;
};

// WORKDIR: creates the directory, owned by `user`, unless it exists (row M9).
struct WorkdirOp {
  std::string path;
  std::string user;
  bool operator==(const WorkdirOp&) const = default;
};

// scratch: the empty file system.
struct ScratchOp {
  bool operator==(const ScratchOp&) const = default;
};

using Op = std::variant<ScratchOp, BaseOp, RunOp, CopyOp, WorkdirOp>;

struct Step {
  StepId id = 0;
  std::optional<StepId> parent;  // absent for ScratchOp and BaseOp
  Op op;
  oci::Platform platform;
  std::string stage;  // "app", or "stage-2" when unnamed: for people
  std::string label;  // "[app 3/7] COPY . /app": for people; secrets never in it
  dockerfile::SourceRange where;
  std::string file_name;  // the Dockerfile of `where`
  bool no_cache = false;  // --no-cache or --no-cache-filter applies
};

// All steps this one reads: parent, copy source, mount inputs.
[[nodiscard]] std::vector<StepId> inputs_of(const Step& step);

struct BaseImage {
  std::string name;  // as written in FROM, for people
  oci::Reference reference;
  oci::Descriptor manifest;  // of the resolved platform manifest
  std::vector<oci::Descriptor> layers;
  oci::ImageConfig config;
  std::size_t provider =
      0;  // which BlobProvider has its blobs; index given by the caller in ResolvedImage
};

struct ContextUse {
  std::string name;  // "" is the main build context; else a name of TargetRequest::local_contexts
  std::string
      identity;  // TargetRequest::main_context or context_identity; equal identities are one entry
  std::size_t request =
      0;  // index of the first TargetRequest that uses it: where to look its path up
};

// One history entry of a target: made by a step (a layer) or by metadata only.
struct HistoryItem {
  std::optional<StepId> step;
  std::string created_by;
  std::string comment = "buildkit.dockerfile.v0";
};

struct TargetImage {
  std::string name;  // bake target name, or the stage's
  StepId result = 0;
  oci::ImageConfig
      config;  // complete but for created, diff_ids and history's times; base history included
  std::size_t base_history = 0;  // how many leading config.history entries came with the base image
  std::vector<HistoryItem> history;  // after the base image's
  oci::Platform platform;
};

struct BuildGraph {
  std::vector<Step> steps;
  std::vector<BaseImage> images;
  std::vector<ContextUse> contexts;
  std::vector<TargetImage> targets;
};

}  // namespace cooper::plan
