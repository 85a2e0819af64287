// Snapshots: layers as directories, made only when a RUN (or a read of file bytes) needs them, kept
// for the next one.
//
// Every layer is unpacked once a boot in overlay form, and a stack is an overlay mount of those
// directories made inside the sandbox's mount namespace. A directory gets its final name only when
// it is whole:
//
//   cooper/snapshots-<boot>/<DiffId>/fs       a layer that is the same on every stack: nearly all
//   cooper/snapshots-<boot>/<DiffId>.own/fs   what the layer itself holds, when it also needs the
//                                             layers below it (lower_needs of layer_index.h)
//   cooper/snapshots-<boot>/<ChainId>.on/fs   such a layer as it is on one stack
//
// Thread-safe. Throws base::Error.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/layer/layer_reader.h"
#include "builder/layer/layer_stack.h"
#include "builder/layer/tree_diff.h"
#include "builder/sandbox/sandbox_spec.h"
#include "builder/store/store.h"
#include "oci/digest.h"

namespace cooper::snapshot {

enum class Flavor { overlay, overlay_userxattr };

// Must make sure that a layer's blob is in the store (fetching it if need be) and return its
// descriptor.
using BlobNeeded = std::function<oci::Descriptor(const oci::DiffId&)>;

// A writable root on top of a stack: given to the sandbox, then turned into a layer or thrown away.
class WritableRoot {
 public:
  struct State;
  explicit WritableRoot(std::unique_ptr<State> state);
  WritableRoot(WritableRoot&&) noexcept;
  WritableRoot& operator=(WritableRoot&&) noexcept;
  ~WritableRoot();  // throws the changes away

  // Gives the root directory the mode and owner it has in the stack; an overlay's root is its upper
  // directory's.
  void match_root(const layer::LayerStack& lower);
  // For SandboxSpec::root.
  [[nodiscard]] std::variant<sandbox::OverlayRoot, sandbox::DirectoryRoot> spec() const;
  // Changes -> layer blob + index; the directory itself is kept as the new layer's snapshot (no
  // second copy).
  [[nodiscard]] layer::WrittenLayer commit(const layer::LayerStack& lower,
                                           const std::vector<std::string>& skip,
                                           const layer::LayerOptions& options);

 private:
  std::unique_ptr<State> state_;
};

// Directories of a stack, lowest first -> the lower directories of an overlay, top first. A layer
// that occurs twice (an empty one, say) is taken once, where it is topmost: overlayfs refuses a
// directory twice, and the lower one adds nothing.
[[nodiscard]] std::vector<std::string> overlay_lowers(const std::vector<std::string>& directories);

class Snapshots {
 public:
  struct State;
  Snapshots(store::Store& store, Flavor flavor);
  ~Snapshots();

  [[nodiscard]] Flavor flavor() const;
  // Unpacked directories of the layers, lowest first; unpacks what is missing, in parallel, once
  // even across processes.
  [[nodiscard]] std::vector<std::string> directories(std::span<const oci::DiffId> layers,
                                                     const BlobNeeded& blob, std::stop_token stop);
  // The directory that has the bytes of the files of one layer; unpacks it if need be. Only its
  // files: what the layer takes from layers below may not be there.
  [[nodiscard]] std::string files_of(const oci::DiffId& layer, const BlobNeeded& blob,
                                     std::stop_token stop);
  [[nodiscard]] WritableRoot create(std::span<const oci::DiffId> layers, const BlobNeeded& blob,
                                    std::stop_token stop);

 private:
  std::unique_ptr<State> state_;
};

}  // namespace cooper::snapshot
