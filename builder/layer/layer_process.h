// Layers read in a process of their own: the bytes of an image are parsed and written where there
// is no network, no credential, no environment and no file but the one directory
// (builder/sandbox/confinement.h). The process is a fork of the sandbox's launcher, cooper executed
// anew, so it has nothing of the builder's memory.
//
// It gets the blob and the directory as descriptors, and asks over its socket for what it needs of
// lower layers. What it answers is not trusted: the index it sends is parsed like any file.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "base/fd.h"
#include "builder/layer/layer_reader.h"
#include "builder/store/store.h"

namespace cooper::layer {

// For run_child_if_asked().
inline constexpr const char* kLayerTask = "layer";
[[noreturn]] void run_layer_task(base::Fd control);

// main() says, before there are threads, that this program can be executed anew as such a process.
// One that does not say so (a test) reads layers itself.
void read_layers_apart();
[[nodiscard]] bool reads_layers_apart();

struct LayerTask {
  oci::Descriptor descriptor;
  std::optional<oci::DiffId> expected;
  TreeForm form = TreeForm::plain;
  bool want_index = true;
};

// As unpack_layer(). Returns or throws after the process has ended.
[[nodiscard]] ReadLayer read_layer_apart(const store::Store& store, const LayerTask& task,
                                         int directory, std::stop_token stop,
                                         const ReadOptions& options);

}  // namespace cooper::layer
