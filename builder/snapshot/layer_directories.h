// Layers as directories in overlay form, below cooper/snapshots-<boot>/ in the store. A directory
// gets its final name only when it is whole, so what has a name can be used:
//
//   <DiffId>/fs        a layer that is the same on every stack: nearly all
//   <DiffId>.own/fs    what the layer itself holds, when it also needs the layers below it
//                      (lower_needs of layer_index.h)
//   <ChainId>.on/fs    such a layer as it is on one stack
//   <ChainId>.tree/    a whole stack, applied layer by layer: without overlays (Flavor::plain);
//   fs/ and `layers`, one DiffId a line, lowest first
//   <DiffId>.delta/    a layer that is nearly another one: fs/ lies over that one's directory,
//   `base`
//                      names it, `removed` lists the whiteouts in fs/ (each ends with a NUL byte)
//
// Thread-safe; several processes may use one store. Throws base::Error.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/fd.h"
#include "builder/layer/delta_writer.h"
#include "builder/layer/layer_delta.h"
#include "builder/layer/layer_reader.h"
#include "builder/layer/layer_stack.h"
#include "builder/store/store.h"
#include "oci/digest.h"

namespace cooper::snapshot {

enum class Flavor {
  overlay,
  overlay_userxattr,
  plain,  // no overlay is to be had: a stack is one directory of its own
};

// Must make sure that a layer's blob is in the store (fetching it if need be) and return its
// descriptor.
using BlobNeeded = std::function<oci::Descriptor(const oci::DiffId&)>;

using Tell = std::function<void(const std::string& line)>;

class LayerDirectories {
 public:
  // `store` outlives it. `tell`: see layer::ReadOptions.
  LayerDirectories(store::Store& store, Flavor flavor, Tell tell = {});

  [[nodiscard]] Flavor flavor() const { return flavor_; }
  [[nodiscard]] layer::TreeForm form() const;

  // The directories whose overlay is the stack of `layers`, lowest first; a layer has one or two.
  // Flavor::plain: one directory, which nobody may change; none for no layers.
  // Makes what is missing, in parallel, once even across processes.
  [[nodiscard]] std::vector<std::string> stack(std::span<const oci::DiffId> layers,
                                               const BlobNeeded& blob, std::stop_token stop);
  // Takes `made` as the directory of a whole stack (Flavor::plain).
  void adopt_tree(int from, const char* made, std::span<const oci::DiffId> layers) const;
  // One of the layer's own regular files, by its path in the layer's index.
  [[nodiscard]] base::Fd open_file(const oci::DiffId& layer, const std::string& path,
                                   const BlobNeeded& blob, std::stop_token stop);
  // Takes `made` (a directory below `from`, holding fs/) as the layer's directory, unless there is
  // one.
  void adopt(int from, const char* made, const oci::DiffId& layer) const;
  // Says that LayerWriter made the layer for `line`, any name of what is made again and again from
  // changing input. The layers of one line are likely to be nearly the same.
  void set_line(const oci::DiffId& layer, const std::string& line);
  // For a layer that was made for `line` just now: if little differs from the layer of that line
  // which lies unpacked here, its directory is made at once out of `content`, without its blob.
  // Else a step that needs it will.
  void add_made(const oci::DiffId& layer, const layer::LayerIndex& index, const std::string& line,
                const layer::ContentOf& content, std::stop_token stop);

 private:
  struct Making;  // a directory that will become a snapshot

  [[nodiscard]] bool has(const std::string& name) const;
  [[nodiscard]] std::string path_of(const std::string& name) const;
  void publish(int from, const char* made, const std::string& name) const;
  layer::ReadLayer read(const oci::DiffId& layer, const BlobNeeded& blob, const base::Fd& files,
                        std::stop_token stop, layer::ReadOptions options) const;
  [[nodiscard]] layer::LayerStack indexes(std::span<const oci::DiffId> layers,
                                          const BlobNeeded& blob, std::stop_token stop) const;
  // Each gives the name of what it made or found.
  [[nodiscard]] std::string prepare(const oci::DiffId& layer, const BlobNeeded& blob,
                                    std::stop_token stop);
  [[nodiscard]] std::string unpack(const oci::DiffId& layer, const BlobNeeded& blob,
                                   std::stop_token stop);
  [[nodiscard]] std::string unpack_on(std::span<const oci::DiffId> layers, const BlobNeeded& blob,
                                      std::stop_token stop);
  [[nodiscard]] std::string make_tree(std::span<const oci::DiffId> layers, const BlobNeeded& blob,
                                      std::stop_token stop);
  [[nodiscard]] std::optional<std::string> try_unpack_delta(const oci::DiffId& layer,
                                                            const BlobNeeded& blob,
                                                            std::stop_token stop);
  struct Plan {
    oci::DiffId base;  // unpacked whole
    layer::LayerDelta delta;
  };
  [[nodiscard]] std::optional<Plan> plan_delta(const std::string& line,
                                               const layer::LayerIndex& after) const;
  void publish_delta(const Making& making, const oci::DiffId& layer, const Plan& plan) const;
  // The whole directory a delta lies over; nullopt when there is no such delta, or it is gone.
  [[nodiscard]] std::optional<std::string> delta_base(const oci::DiffId& layer) const;
  [[nodiscard]] bool hides_lower(const oci::DiffId& layer, std::span<const oci::DiffId> below,
                                 const BlobNeeded& blob, std::stop_token stop) const;
  // What a layer with needs holds itself is all of it when nothing lies below.
  [[nodiscard]] bool is_whole_alone(const oci::DiffId& layer) const;
  [[nodiscard]] std::optional<std::string> line_of(const oci::DiffId& layer) const;

  store::Store& store_;
  Flavor flavor_;
  Tell tell_;
  std::string path_;
  base::Fd directory_;
  mutable std::mutex mutex_;
  std::map<oci::DiffId, std::string> lines_;
};

}  // namespace cooper::snapshot
