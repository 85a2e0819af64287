// Where an image and what was built again part ways: the first layer that differs and the step
// that made it; what manifests and histories say besides.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "images/config_difference.h"
#include "oci/image_config.h"
#include "oci/manifest.h"

namespace cooper::images {

struct ImageDocuments {
  oci::Manifest manifest;
  oci::ImageConfig config;
};

struct LayerDifference {
  std::size_t number = 0;                 // from 1
  std::optional<oci::Descriptor> before;  // nullopt: there is no such layer
  std::optional<oci::Descriptor> after;
  bool same_content = false;  // one DiffID: only the compression differs
  std::string step;           // as the history tells it; may be empty
};

// Of the first layer whose digest differs; nullopt: there is none.
[[nodiscard]] std::optional<LayerDifference> first_layer_difference(const ImageDocuments& before,
                                                                    const ImageDocuments& after);

// Media types, annotations ("annotations.NAME") and the history ("history.3.createdBy").
[[nodiscard]] std::vector<MemberDifference> compare_manifests(const ImageDocuments& before,
                                                              const ImageDocuments& after);

}  // namespace cooper::images
