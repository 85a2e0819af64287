// Results of steps + planned configuration -> the bytes of an image. Deterministic: the same
// results give the same bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "builder/engine/workshop.h"
#include "builder/plan/build_graph.h"
#include "oci/manifest.h"

namespace cooper::engine {

struct AssembledImage {
  std::string name;  // TargetImage::name
  oci::Descriptor manifest;
  std::string manifest_bytes;
  oci::Manifest parsed;
  std::string config_bytes;
  oci::ImageConfig config;
};

// `layers`: one descriptor for each of the result's layers, in order. Times of history entries come
// from the steps; an entry without a layer has the time of the one before it, or of the first new
// layer if none was before it (row M14), so a build that does nothing new gives the same bytes.
[[nodiscard]] AssembledImage assemble(const plan::TargetImage& target,
                                      std::span<const StepResult> results,
                                      std::vector<oci::Descriptor> layers,
                                      std::optional<std::int64_t> epoch,
                                      const std::map<std::string, std::string>& annotations);

}  // namespace cooper::engine
