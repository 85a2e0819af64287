// An image of an OCI image layout: a directory, or a tar archive of one.
#pragma once

#include <optional>

#include "builder/source/image_source.h"
#include "builder/source/layout_files.h"

namespace cooper::source {

// Which image of a layout is meant; neither: the only one, or the one called latest.
struct LayoutSelector {
  std::string tag = {};
  std::optional<oci::Digest> digest = {};
};

class LayoutSource final : public ImageSource {
 public:
  // `name` for people: oci-layout:///bases/php
  LayoutSource(std::shared_ptr<LayoutFiles> files, LayoutSelector selector, std::string name);
  [[nodiscard]] ResolvedImage resolve(const oci::Platform& platform, std::stop_token stop) override;

 private:
  std::shared_ptr<LayoutFiles> files_;
  LayoutSelector selector_;
  std::string name_;
};

// The entry of index.json that is meant. Throws base::Error(not_found) naming what there is.
[[nodiscard]] const oci::Descriptor& select_image(const oci::Index& index,
                                                  const LayoutSelector& selector,
                                                  const std::string& name);

}  // namespace cooper::source
