// A layer blob from outside -> index, or -> files beneath a directory. Untrusted input: security.md's T rows are rules here.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "base/source.h"
#include "builder/layer/layer_index.h"
#include "builder/store/store.h"
#include "oci/descriptor.h"

namespace cooper::layer {

// How whiteouts are put on disk.
enum class TreeForm {
  overlay,           // as overlayfs wants them: 0:0 character device, trusted.overlay.opaque
  overlay_userxattr, // the same with user.overlay.opaque (user namespaces)
  plain,             // applied: the named paths are removed (directory stacks)
};

struct ReadLayer {
  oci::DiffId diff_id;
  std::uint64_t tar_size = 0;
  LayerIndex index;
};

// Reads the blob of `descriptor` in the store once: decompress, check, index; if `directory` >= 0 also writes the files beneath it.
// Checks the DiffId when `expected` is given (Error(corrupt)). Limits as in the manual (entries, sizes, ratio, path lengths).
[[nodiscard]] ReadLayer read_layer(const store::Store& store, const oci::Descriptor& descriptor,
                                   const std::optional<oci::DiffId>& expected, int directory, TreeForm form,
                                   std::stop_token stop);

// A local archive of ADD: calls `entry` for each member with its bytes. tar, or tar in gzip, bzip2, xz or zstd, by content.
// Returns false, with nothing called, when the file is no such archive.
[[nodiscard]] bool read_archive(base::Fd file, const std::string& name,
                                const std::function<void(Entry entry, base::Source* content)>& entry);

}  // namespace cooper::layer
