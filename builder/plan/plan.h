// Planning: Dockerfile + arguments + facts about outside images -> BuildGraph. Pure; called in a
// loop with list_external_images because a base image's ONBUILD triggers may name further images.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "builder/check/copied_files.h"
#include "builder/dockerfile/dockerfile.h"
#include "builder/plan/build_graph.h"

namespace cooper::plan {

// What one target asks for. Paths are not here: contexts are names, opened by the caller.
struct TargetRequest {
  std::string name;                              // for people and for BuildGraph::targets
  const dockerfile::Dockerfile* file = nullptr;  // outlives the call
  std::string main_context;  // identity of the main context (same text = same context); named
                             // contexts below
  std::string target_stage;  // "" is the last stage
  std::map<std::string, std::string> build_args;
  std::map<std::string, std::string> labels;
  std::set<std::string>
      local_contexts;  // named contexts that are directories: name as in the Dockerfile
  std::map<std::string, std::string>
      context_identity;  // named context -> identity (for equal-step detection)
  std::map<std::string, std::string>
      image_contexts;  // name -> key into ResolvedImages (oci-layout://..., docker-image://...)
  std::map<std::string, std::string>
      target_contexts;           // name -> TargetRequest::name of an earlier request ("target:x")
  oci::Platform platform;        // to build for
  bool platform_given = false;   // else the image keeps the platform its base image says (M15)
  oci::Platform build_platform;  // of this machine
  bool no_cache = false;
  std::set<std::string> no_cache_stages;
  std::string cache_mount_namespace;
  std::string hostname = "buildkitsandbox";
  bool allow_host_network = false, allow_insecure = false;
  dockerfile::Network network = dockerfile::Network::default_;  // of a RUN that asks for none
  RunSettings run_settings;
  bool show_platform = false;  // in labels: other requests build the same for other platforms
  bool all_stages = false;  // plan the stages too that the target does not need, for their checks
  const check::ContextFacts* facts = nullptr;  // of the main context; absent: not known
};

// An outside image the Dockerfiles name: what to resolve. `key` is what ResolvedImages is looked up
// by.
struct ExternalImage {
  std::string key;   // canonical reference, or the named context's URL; plus "@platform" text
  std::string name;  // as written
  oci::Platform platform;
  std::string file_name;
  dockerfile::SourceRange where;
  std::string
      location;  // `key` without the platform: canonical reference, or the named context's URL
  bool operator<(const ExternalImage& other) const { return key < other.key; }
};

using ResolvedImages = std::map<std::string, BaseImage>;  // by ExternalImage::key

// Which images must be resolved before plan() can say more; empty when everything needed is in
// `resolved`.
[[nodiscard]] std::vector<ExternalImage> list_external_images(
    const std::vector<TargetRequest>& requests, const ResolvedImages& resolved);

// What a build of one target can be given (row P25).
struct Outline {
  struct Argument {
    std::string name, description, value;
    dockerfile::SourceRange where;
  };
  struct Mounted {  // a secret, or an ssh agent
    std::string name;
    bool required = false;
    dockerfile::SourceRange where;
  };
  std::string name, description;  // of the stage
  std::vector<Argument> arguments;
  std::vector<Mounted> secrets, ssh;
};

struct Diagnostic {
  std::string rule;  // BuildKit's check name: UndefinedVar, ...
  std::string message;
  std::string file_name;
  dockerfile::SourceRange where;
  const dockerfile::Dockerfile* file = nullptr;  // as TargetRequest::file
};

struct Plan {
  BuildGraph graph;
  std::vector<Diagnostic> diagnostics;
  std::vector<Outline> outlines;            // by request
  std::optional<base::Error> violation;     // a diagnostic that "# check=error=true" makes an error
  std::set<std::string> unused_build_args;  // --build-arg names no stage declared
};

// Throws base::Error(usage or unsupported) with a SourceSpot.
[[nodiscard]] Plan make_plan(const std::vector<TargetRequest>& requests,
                             const ResolvedImages& resolved);

}  // namespace cooper::plan
