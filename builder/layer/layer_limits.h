// How large a layer from outside may be. Reaching a limit is base::Error(limit). The defaults are
// far above honest images.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.h"

namespace cooper::layer {

struct LayerLimits {
  // Members of the tar, extension headers included.
  std::uint64_t entries = base::limit_of(base::Limit::layer_entries);
  std::uint64_t tar_bytes = base::limit_of(base::Limit::layer_bytes);  // decompressed
  std::uint64_t ratio = base::limit_of(base::Limit::layer_ratio);  // decompressed to compressed ..
  std::uint64_t ratio_from = std::uint64_t{64} << 20;  // .. once this much was decompressed
  // gzip members or zstd frames that hold nothing.
  std::uint64_t empty_members = base::limit_of(base::Limit::layer_empty_parts);
  std::size_t path = 4095;  // the kernel's own
  std::size_t name = 255;   // one component; the kernel's own
  std::size_t depth = base::limit_of(base::Limit::layer_depth);
  // One pax header or long name; attributes of one member; one value of them.
  std::size_t header_bytes = base::limit_of(base::Limit::layer_header_bytes);
  std::size_t xattrs = base::limit_of(base::Limit::layer_xattrs);
  std::size_t xattr_bytes = base::limit_of(base::Limit::layer_xattr_bytes);
  std::uint64_t zstd_window = base::limit_of(base::Limit::zstd_window_bytes);
};

}  // namespace cooper::layer
