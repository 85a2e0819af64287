// An image of cooper's own store, by the reference it was tagged with.
#pragma once

#include "builder/source/image_source.h"
#include "builder/store/store.h"

namespace cooper::source {

class StoreSource final : public ImageSource {
 public:
  // `store` outlives the source and what it resolved. `reference` is a full reference.
  StoreSource(const store::Store& store, std::string reference)
      : store_(store), reference_(std::move(reference)) {}
  [[nodiscard]] ResolvedImage resolve(const oci::Platform& platform, std::stop_token stop) override;

 private:
  const store::Store& store_;
  std::string reference_;
};

}  // namespace cooper::source
