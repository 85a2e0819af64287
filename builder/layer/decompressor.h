// Compressed bytes -> bytes, by content: gzip (any number of members), zstd (any number of frames),
// or as they are.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/source.h"
#include "builder/layer/layer_limits.h"
#include "builder/layer/layer_writer.h"

namespace cooper::layer {

class Decompressor : public base::Source {
 public:
  [[nodiscard]] virtual Compression compression() const = 0;
};

// `inner` outlives the result and is read to its end when the result is. Errors: corrupt (not what
// its first bytes say, cut short, bytes after the end), limit, cancelled, unsupported (bzip2, xz
// and the like). `name` is for error texts.
[[nodiscard]] std::unique_ptr<Decompressor> make_decompressor(base::Source& inner,
                                                              const LayerLimits& limits,
                                                              const std::string& name,
                                                              std::stop_token stop);

// Whether it would decompress what begins with these (at least 8) bytes.
[[nodiscard]] bool is_compressed(std::string_view start);

// Throws base::Error(corrupt) if a layer of this media type must not be compressed so. Types we do
// not know allow anything.
void check_media_type(const std::string& media_type, Compression compression,
                      const std::string& name);

}  // namespace cooper::layer
