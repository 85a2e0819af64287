// How large a layer from outside may be. Reaching a limit is base::Error(limit). The defaults are
// far above honest images.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cooper::layer {

struct LayerLimits {
  std::uint64_t entries = 2'000'000;  // members of the tar, extension headers included
  std::uint64_t tar_bytes = std::uint64_t{20} << 30;   // decompressed
  std::uint64_t ratio = 1000;                          // decompressed to compressed ..
  std::uint64_t ratio_from = std::uint64_t{64} << 20;  // .. once this much was decompressed
  unsigned empty_members = 1000;  // gzip members or zstd frames that hold nothing
  std::size_t path = 4095;
  std::size_t name = 255;  // one component
  std::size_t depth = 256;
  std::size_t header_bytes = std::size_t{1} << 20;  // one pax header or long name
  std::size_t xattrs = 256;                         // of one member
  std::size_t xattr_bytes = std::size_t{64} << 10;  // one value
  int zstd_window_log = 27;
};

}  // namespace cooper::layer
