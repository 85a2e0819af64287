// The pipeline from arguments to images; open this file first. build() reads as the list of phases
// of ARCHITECTURE.md.
//
// Everything effectful that is not builder/'s own (network, terminal) comes in through BuildTools,
// so the same pipeline runs under a test's fakes. Throws base::Error; an error about a line of a
// Dockerfile has its SourceSpot.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/context/remote_file.h"
#include "builder/engine/event.h"
#include "builder/export/export_images.h"
#include "builder/export/image_export.h"
#include "builder/layer/layer_writer.h"
#include "builder/plan/plan.h"
#include "builder/sandbox/sandbox.h"
#include "builder/share/cache_depot.h"
#include "builder/share/cache_location.h"
#include "builder/source/image_source.h"
#include "builder/store/store.h"
#include "builder/upkeep/limits.h"

namespace cooper {

// One image to build: a `cooper build`, or one target of a bake file.
struct BuildTarget {
  std::string name;                            // bake target; "" for build
  std::string context = ".";                   // directory
  std::string dockerfile;                      // as -f gave it; "" is the default; "-" is stdin
  bool dockerfile_in_context = false;          // bake: a relative `dockerfile` lies in the context
  std::optional<std::string> dockerfile_text;  // inline, or read from stdin by the caller
  std::string stage;                           // --target
  std::map<std::string, std::string> build_args;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::map<std::string, std::string>
      contexts;  // --build-context: directory, docker-image://, oci-layout://, target:
  std::vector<std::string> tags;              // full references
  std::vector<std::string> platforms;         // several: an index with an image for each
  std::vector<export_::Destination> outputs;  // none: into the store
  bool no_cache = false;
  std::set<std::string> no_cache_stages;
  std::vector<share::CacheLocation> cache_from = {}, cache_to = {};
  bool allow_host_network = false, allow_insecure = false;
  dockerfile::Network network = dockerfile::Network::default_;  // of a RUN that asks for none
  plan::RunSettings run_settings;
  bool all_stages = false;  // plan stages that the target does not need, for their checks
};

// Whether file modes of contexts are taken as they are or as a checkout means them
// (context::Modes).
enum class ModePolicy {
  automatic,  // normalised in a git work tree or with SOURCE_DATE_EPOCH
  keep,
  normalize,
};

struct BuildRequest {
  std::vector<BuildTarget> targets;
  layer::LayerOptions layers;      // compression; build() sets clamp_mtime: SOURCE_DATE_EPOCH
  bool force_compression = false;  // base layers too
  unsigned jobs = 0;
  std::map<std::string, std::string> secrets;  // id -> bytes
  // Agents of RUN --mount=type=ssh and of git repositories: id -> a socket, or files of private
  // keys; none means the socket that SSH_AUTH_SOCK names.
  std::map<std::string, std::vector<std::string>> ssh;
  ModePolicy modes = ModePolicy::automatic;
  bool allow_secrets = false;  // publish layers in which secrets were found
  std::string cache_scope =
      {};              // results and cache mounts of other scopes are not seen; "" is one too
  oci::Platform host;  // of this machine
  // Of the store; kept while the build goes on. nullopt: none.
  std::optional<upkeep::Limits> limits;
};

struct BuildTools {
  store::Store& store;
  sandbox::Probe probe;
  // "docker.io/library/php:8.3", "docker-image://...", "oci-layout://dir[:tag]"
  std::function<std::unique_ptr<source::ImageSource>(const std::string& location)> open_source;
  // All exports of one invocation together, so that blobs are checked and sent once. One outcome
  // per job.
  std::function<std::vector<export_::ExportOutcome>(const std::vector<export_::ExportJob>&,
                                                    std::stop_token)>
      export_images;
  context::RemoteFetcher* fetcher = nullptr;
  // Where the agent of BuildRequest::ssh listens; nullopt: none of that id was given.
  std::function<std::optional<std::string>(const std::string& id)> ssh_agent;
  // Called once, when all Dockerfiles are read, before any image is looked up.
  std::function<void(const std::vector<plan::TargetRequest>& requests)> on_requests;
  // Called once, when the plan is known, before any step; then events come.
  std::function<void(const plan::Plan& plan)> on_plan;
  engine::EventSink on_event;
  // A place of --cache-from or --cache-to; needed only when a target has one. May throw.
  std::function<std::unique_ptr<share::CacheDepot>(const share::CacheLocation& location)>
      open_cache = {};
  // Set: a RUN step that fails is kept, and this is told its id (engine::KeptSteps). Called from
  // any thread.
  std::function<void(const std::string& id)> on_kept = {};
  // Called with each target's Dockerfile before it is parsed: the target, the name of the file, its
  // text.
  std::function<void(const std::string& target, const std::string& file, const std::string& text)>
      on_dockerfile = {};
};

struct BuiltImage {
  std::string name;
  std::vector<std::string> tags;
  oci::Descriptor manifest;
  std::optional<oci::Digest> config;  // absent for an index of several platforms
  std::vector<oci::Descriptor> layers;
  std::uint64_t pushed_bytes = 0, reused_bytes = 0;
};

struct BuildReport {
  std::vector<BuiltImage> images;  // in the order of the request's targets
  std::size_t steps = 0, cached_steps = 0;
  bool collection_due = false;  // the store is over its limits, or was not collected for a day
};

[[nodiscard]] BuildReport build(const BuildRequest& request, BuildTools& tools,
                                std::stop_token stop);

}  // namespace cooper
