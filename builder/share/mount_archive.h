// A cache mount's directory as a layer: the same files give the same bytes.
#pragma once

#include <cstdint>

#include "builder/layer/layer_writer.h"
#include "builder/store/store.h"

namespace cooper::share {

// Bytes of all regular files below, each inode once.
[[nodiscard]] std::uint64_t mount_bytes(int directory);

// Into the store. The directory itself is no entry; sockets, fifos and devices are left out. Throws
// base::Error, also when a file changes meanwhile.
[[nodiscard]] layer::WrittenLayer archive_mount(store::Store& store, int directory,
                                                const layer::LayerOptions& options);

}  // namespace cooper::share
