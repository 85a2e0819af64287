// What steps work with: the collaborators and options of one execution. Owned by the caller of
// execute(); everything in it is safe to use from several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "builder/cache/miss_explainer.h"
#include "builder/cache/step_cache.h"
#include "builder/cache/step_source.h"
#include "builder/cache/used_steps.h"
#include "builder/context/git_checkout.h"
#include "builder/context/remote_file.h"
#include "builder/engine/event.h"
#include "builder/engine/layer_pool.h"
#include "builder/layer/file_tree.h"
#include "builder/layer/layer_writer.h"
#include "builder/sandbox/sandbox.h"
#include "builder/snapshot/snapshot.h"
#include "builder/store/store.h"
#include "oci/layer_chain.h"

namespace cooper::engine {

struct EngineOptions {
  layer::LayerOptions layers;  // compression, threads; clamp_mtime is the SOURCE_DATE_EPOCH
  unsigned jobs = 0;           // steps at the same time; 0: enough for the machine
  // The bytes of a secret by id; nullopt: not given.
  std::function<std::optional<std::string>(const std::string& id)> secret;
  // The host's socket of an ssh agent by id; nullopt: not given.
  std::function<std::optional<std::string>(const std::string& id)> ssh_agent;
  std::string cache_scope = {};  // see cache::KeyScope
  // Set: a RUN step that fails is kept (KeptSteps), and this is told its id. Called from any
  // thread.
  std::function<void(const std::string& id)> on_kept = {};
};

struct Workshop {
  store::Store& store;
  cache::StepCache& cache;
  cache::MissExplainer& explainer;
  LayerPool& layers;
  snapshot::Snapshots& snapshots;
  sandbox::Probe probe;
  std::vector<std::shared_ptr<layer::FileTree>> contexts;  // by index into BuildGraph::contexts
  context::RemoteFetcher* fetcher = nullptr;
  context::GitAccess git;
  EngineOptions options;
  EventSink events;
  cache::StepSource* elsewhere = nullptr;  // asked for what the store lacks
  cache::UsedSteps* used = nullptr;        // told of what the build uses
};

// What a step left: the whole stack of layers of its file system.
struct StepResult {
  oci::LayerChain layers;
  std::int64_t created = 0;  // of the step's own layer, seconds; 0 for bases
  bool cached = false;
};

}  // namespace cooper::engine
