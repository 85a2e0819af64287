#include "builder/layer/layer_forms.h"

#include "base/error.h"

namespace cooper::layer {

void record_layer_index(const store::Store& store, const oci::DiffId& diff_id, const LayerIndex& index) {
  store.write_record("index", diff_id.hex(), serialize(index));
}

}  // namespace cooper::layer
