// Overlay mounts of any number of layers (the kernel allows 500).
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"

namespace cooper::sandbox {

struct Overlay {
  std::vector<std::string> lowers;  // top first
  std::string upper, work;          // empty: read-only
  bool userxattr = false;           // inside a user namespace
};

enum class OverlayInterface {
  automatic,  // one option per layer where the kernel knows that (6.7), else one option string
  option_string,
};

// A mount to attach. Layers are named by host paths of ours. `scratch` is an empty directory on a
// tmpfs of this mount namespace, for this call alone: short names for the layers are made there
// where they are needed. May change the working directory. Throws Error; kind limit beyond 500
// layers.
[[nodiscard]] base::Fd mount_overlay(const Overlay& overlay, int scratch,
                                     OverlayInterface interface = OverlayInterface::automatic);

}  // namespace cooper::sandbox
