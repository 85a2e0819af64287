// Entry -> the tar blocks that go before its bytes: one ustar header, and a pax header before it
// where ustar cannot say it (names that are long or not ASCII, large sizes and ids, times with
// fractions or before 1970, xattrs).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "builder/layer/layer_index.h"

namespace cooper::layer {

inline constexpr std::size_t kTarBlock = 512;

// Zero bytes that follow `size` bytes of content.
[[nodiscard]] constexpr std::size_t tar_padding(std::uint64_t size) {
  return static_cast<std::size_t>((kTarBlock - size % kTarBlock) % kTarBlock);
}

// Appends the header blocks of `entry` to `out`. A whiteout becomes the empty file .wh.<name>; an
// opaque directory is followed by its marker. Throws base::Error for what a layer cannot hold:
// sockets, names that look like whiteouts.
void append_tar_header(std::string& out, const Entry& entry);

}  // namespace cooper::layer
