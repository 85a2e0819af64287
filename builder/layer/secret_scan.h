// What is known of secrets in a stored layer, looking through its blob if need be.
#pragma once

#include <memory>
#include <stop_token>

#include "builder/layer/layer_writer.h"
#include "builder/store/store.h"

namespace cooper::layer {

// The findings in a layer that has a record. Reads nothing but the record when the layer was looked
// through for `patterns` before (when it was made, most likely); else its blob, once, and keeps the
// result in the record. Nothing is found in a layer whose blobs are not in the store.
[[nodiscard]] std::vector<SecretFinding> secrets_in_layer(
    const store::Store& store, const oci::DiffId& diff_id,
    const std::shared_ptr<const SecretPatterns>& patterns, std::stop_token stop);

}  // namespace cooper::layer
