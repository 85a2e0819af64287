// Collects the BuildGraph: steps, images and contexts, each kept once.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "builder/plan/plan.h"
#include "builder/plan/step_interner.h"

namespace cooper::plan {

class GraphBuilder {
 public:
  // Step::id is set; see StepInterner.
  StepId add(Step step) { return interner_.intern(graph_.steps, std::move(step)); }
  // Images are one when their manifests are one.
  std::size_t add_image(const BaseImage& image);
  // A directory context of request number `index`; name "" is its main context.
  std::size_t add_context(const TargetRequest& request, std::size_t index, const std::string& name);
  void add_target(TargetImage target) { graph_.targets.push_back(std::move(target)); }
  [[nodiscard]] BuildGraph take() { return std::move(graph_); }

 private:
  BuildGraph graph_;
  StepInterner interner_;
  std::map<oci::Digest, std::size_t> images_;
  std::map<std::pair<bool, std::string>, std::size_t> contexts_;  // is main, identity
};

}  // namespace cooper::plan
