// Phases 2 and 3: the contexts of all targets and their Dockerfiles, read and parsed; equal ones
// once.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "builder/build.h"
#include "builder/context/local_context.h"
#include "builder/context/stat_index.h"
#include "builder/dockerfile/dockerfile.h"
#include "builder/dockerfile/pattern.h"
#include "builder/layer/file_tree.h"
#include "builder/open_context.h"

namespace cooper {

struct OpenTarget {
  std::shared_ptr<const dockerfile::Dockerfile> file;
  std::shared_ptr<const check::ContextFacts> facts;  // of the main context
  std::map<std::string, OpenContext> contexts;       // by name; "" is the main one
  std::string dockerfile_path;  // on the host, for the ignore file; empty when there is none
};

struct OpenTargets {
  // One for each platform of each target of the request, in that order.
  std::vector<OpenTarget> targets;
  std::vector<plan::TargetRequest> requests;  // likewise; point into `targets`
  std::vector<std::size_t> owners;            // likewise: index of the BuildTarget

  // The trees of the contexts a graph uses, by its context numbers.
  [[nodiscard]] std::vector<std::shared_ptr<layer::FileTree>> open_contexts(
      const plan::BuildGraph& graph);
  void save_indexes(const store::Store& store);

  [[nodiscard]] std::shared_ptr<layer::FileTree> open_directory(const OpenContext& context,
                                                                const plan::ContextUse& use,
                                                                const OpenTarget& target);

  const BuildRequest* request = nullptr;
  const store::Store* store = nullptr;
  std::map<std::string, std::unique_ptr<context::StatIndex>> indexes;  // by directory
};

// `request` and `tools` outlive the result. Contexts that are not on this machine are fetched.
[[nodiscard]] OpenTargets open_targets(const BuildRequest& request, BuildTools& tools,
                                       std::stop_token stop);

}  // namespace cooper
