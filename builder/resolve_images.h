// Phase 5: references -> manifests and configurations, each once, several at a time.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "builder/build.h"
#include "builder/plan/plan.h"
#include "builder/store/blob_provider.h"

namespace cooper {

class ImageResolver {
 public:
  // `tools` outlives the resolver.
  explicit ImageResolver(BuildTools& tools) : tools_(tools) {}

  void resolve(const std::vector<plan::ExternalImage>& images, std::stop_token stop);
  [[nodiscard]] const plan::ResolvedImages& images() const noexcept { return images_; }
  [[nodiscard]] std::shared_ptr<store::BlobProvider> provider(const plan::BaseImage& image) const {
    return providers_.at(image.provider);
  }

 private:
  BuildTools& tools_;
  plan::ResolvedImages images_;
  std::vector<std::shared_ptr<store::BlobProvider>> providers_;  // by BaseImage::provider
};

}  // namespace cooper
