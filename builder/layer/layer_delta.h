// What makes one layer out of another that is nearly the same: with it the directory of a COPY that
// was made again because a file changed costs what changed, not what was copied. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "builder/layer/layer_index.h"

namespace cooper::layer {

struct LayerDelta {
  // Paths of the new layer that are new or other than before, with the directories above them.
  std::set<std::string, std::less<>> written;
  // Paths that only the old layer has, without what was in them. Where the delta lies over the old
  // layer's directory they are whiteouts; those also hide what layers below have there, so the
  // caller makes sure that these have nothing.
  std::vector<std::string> removed;
};

// nullopt when the delta would not be worth it (more than a quarter of the paths), or not be the
// same thing: whiteouts, hard links, implied directories, a directory in the place of something
// else.
[[nodiscard]] std::optional<LayerDelta> make_delta(const LayerIndex& before,
                                                   const LayerIndex& after);

}  // namespace cooper::layer
