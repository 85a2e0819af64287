#include "builder/plan/graph_builder.h"

namespace cooper::plan {

std::size_t GraphBuilder::add_image(const BaseImage& image) {
  const auto [found, added] = images_.emplace(image.manifest.digest, graph_.images.size());
  if (added) graph_.images.push_back(image);
  return found->second;
}

std::size_t GraphBuilder::add_context(const TargetRequest& request, std::size_t index,
                                      const std::string& name) {
  std::string identity = request.main_context;
  if (!name.empty()) {
    const auto given = request.context_identity.find(name);
    // Without an identity a context is equal only to itself.
    identity = given != request.context_identity.end()
                   ? given->second
                   : "request " + std::to_string(index) + " context " + name;
  }
  const auto [found, added] =
      contexts_.emplace(std::make_pair(name.empty(), identity), graph_.contexts.size());
  if (added) graph_.contexts.push_back(ContextUse{name, std::move(identity), index});
  return found->second;
}

}  // namespace cooper::plan
