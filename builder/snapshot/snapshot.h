// Snapshots: layers as directories, made only when a RUN (or a read of file bytes) needs them, kept
// for the next one (layer_directories.h). A stack is an overlay mount of those directories made
// inside the sandbox's mount namespace. Thread-safe. Throws base::Error.
#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/layer/layer_stack.h"
#include "builder/layer/tree_diff.h"
#include "builder/sandbox/sandbox_spec.h"
#include "builder/snapshot/layer_directories.h"
#include "builder/store/store.h"
#include "oci/digest.h"

namespace cooper::snapshot {

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
  // Moves the changes to `directory` (ours, of this store): snapshot/fs and work, as spec() has
  // them. Nothing but destruction may follow.
  void give(int directory);

 private:
  std::unique_ptr<State> state_;
};

// Directories of a stack, lowest first -> the lower directories of an overlay, top first. A layer
// that occurs twice (an empty one, say) is taken once, where it is topmost: overlayfs refuses a
// directory twice, and the lower one adds nothing.
[[nodiscard]] std::vector<std::string> overlay_lowers(const std::vector<std::string>& directories);

class Snapshots {
 public:
  Snapshots(store::Store& store, Flavor flavor, Tell tell = {});

  [[nodiscard]] Flavor flavor() const { return layers_.flavor(); }
  [[nodiscard]] LayerDirectories& layers() { return layers_; }
  [[nodiscard]] WritableRoot create(std::span<const oci::DiffId> layers, const BlobNeeded& blob,
                                    std::stop_token stop);

 private:
  store::Store& store_;
  LayerDirectories layers_;
};

}  // namespace cooper::snapshot
