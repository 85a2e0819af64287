// What a member of a layer's tar means: names made clean or refused, whiteouts recognised,
// attributes checked. The rules for untrusted names and values are here; where a member lands is
// layer_tree.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "builder/layer/layer_index.h"
#include "builder/layer/layer_limits.h"
#include "builder/layer/oddities.h"
#include "builder/layer/tar_reader.h"

namespace cooper::layer {

struct LayerMember {
  enum class Kind { entry, whiteout, opaque, ignored };
  Kind kind = Kind::entry;
  // entry: as the tar names it, clean. whiteout: the path that is removed. opaque: the directory.
  Entry entry;
};

// Throws base::Error for what is refused; oddities that are let pass are added to `oddities`.
[[nodiscard]] LayerMember to_layer_member(const TarMember& member, const LayerLimits& limits,
                                          const std::string& layer, Oddities& oddities);

// The same for an archive that is no layer (ADD): whiteout names mean nothing special.
[[nodiscard]] Entry to_archive_entry(const TarMember& member, const LayerLimits& limits,
                                     const std::string& archive, Oddities& oddities);

// user.* without user.overlay.*, and security.capability.
[[nodiscard]] bool is_kept_xattr(std::string_view name);

}  // namespace cooper::layer
