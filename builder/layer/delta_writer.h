// The files of a LayerDelta beneath a directory, from where the new layer's bytes came from: who
// just made a layer need not read and unpack its blob to have the few files that differ from the
// layer before.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/source.h"
#include "builder/layer/layer_delta.h"
#include "builder/layer/layer_index.h"
#include "builder/layer/layer_reader.h"

namespace cooper::layer {

// The bytes of a regular file of the new layer, by its path there; nullptr when they are not to be
// had.
using ContentOf = std::function<std::unique_ptr<base::Source>(const std::string& path)>;

// `directory` is empty and nobody else's; `form` is one of the overlay's. False when a content is
// not there or is not what `after` says it is: the directory then holds part of the files and is to
// be thrown away. Throws base::Error.
[[nodiscard]] bool write_delta(const LayerIndex& after, const LayerDelta& delta,
                               const ContentOf& content, int directory, TreeForm form);

}  // namespace cooper::layer
