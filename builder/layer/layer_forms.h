// The blob forms of a layer that is already in the store: its index kept beside it, and its bytes
// in another compression.
#pragma once

#include <stop_token>

#include "builder/layer/layer_index.h"
#include "builder/layer/layer_writer.h"
#include "builder/store/store.h"

namespace cooper::layer {

// Keeps the index of a layer that came from outside (LayerWriter does it for layers made here).
void record_layer_index(const store::Store& store, const oci::DiffId& diff_id,
                        const LayerIndex& index);

// Whether a blob's media type says that it is compressed so.
[[nodiscard]] bool is_of_form(const oci::Descriptor& blob, Compression compression);

// A blob of the layer in the asked compression: the recorded one, or the recorded bytes compressed
// anew and recorded. The layer record exists. Throws base::Error(corrupt) when no recorded blob is
// sound any more.
[[nodiscard]] oci::Descriptor ensure_layer_form(store::Store& store, const oci::DiffId& diff_id,
                                                const LayerOptions& options, std::stop_token stop);

}  // namespace cooper::layer
