// A layer's blob -> index and files, in this process: what read_layer() is made of.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/source.h"
#include "builder/layer/layer_reader.h"

namespace cooper::layer {

struct LayerBytes {
  base::Source& blob;  // checks its digest when it ends
  std::uint64_t size = 0;
  std::string name;  // for error texts
  std::string media_type;
  std::optional<oci::DiffId> expected;
  bool want_index = true;  // without it no file is hashed and the index stays empty
};

// Throws Error as read_layer() does. Touches nothing but the blob and what is beneath `directory`.
[[nodiscard]] ReadLayer unpack_layer(const LayerBytes& layer, int directory, TreeForm form,
                                     std::stop_token stop, const ReadOptions& options);

}  // namespace cooper::layer
