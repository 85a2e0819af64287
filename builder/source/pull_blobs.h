// The blobs of an image that several registries have: mirrors first, the registry itself last.
#pragma once

#include <vector>

#include "builder/store/blob_provider.h"
#include "registry/repository.h"

namespace cooper::source {

class PullBlobs final : public store::BlobProvider {
 public:
  // `places` is not empty; `name` is what people call the image's repository.
  PullBlobs(std::vector<registry::Repository> places, std::string name)
      : places_(std::move(places)), name_(std::move(name)) {}

  // The next place is tried as long as no byte of the blob has come.
  void fetch(const oci::Descriptor& blob, base::Sink& sink, std::stop_token stop) override;
  [[nodiscard]] std::string name() const override { return name_; }

 private:
  std::vector<registry::Repository> places_;
  std::string name_;
};

}  // namespace cooper::source
