// A layer blob from outside -> index, or -> files beneath a directory. Untrusted input:
// security.md's T rows are rules here.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/source.h"
#include "builder/layer/layer_delta.h"
#include "builder/layer/layer_index.h"
#include "builder/layer/layer_limits.h"
#include "builder/layer/layer_writer.h"
#include "builder/layer/oddities.h"
#include "builder/store/store.h"
#include "oci/descriptor.h"

namespace cooper::layer {

// How whiteouts are put on disk.
enum class TreeForm {
  overlay,            // as overlayfs wants them: 0:0 character device, trusted.overlay.opaque
  overlay_userxattr,  // the same with user.overlay.opaque (user namespaces)
  plain,              // applied: the named paths are removed (directory stacks)
};

struct ReadLayer {
  oci::DiffId diff_id;
  std::uint64_t tar_size = 0;
  LayerIndex index;
  Compression compression = Compression::none;  // of the blob, by its content
  Oddities oddities;
};

struct ReadOptions {
  LayerLimits limits;
  // What the layers below have at a path. With it a hard link to a file of a lower layer can be
  // unpacked (as a copy: open_lower gives the bytes of a regular file by the path it was asked
  // for), and directories that only exist because something is in them get the lower one's
  // attributes. Without: such a link is refused when unpacking, such directories are 0755 0:0. Both
  // are called by the thread that called read_layer().
  std::function<std::optional<Entry>(const std::string& path)> find_lower;
  std::function<base::Fd(const std::string& path)> open_lower;
  // Is told of oddities, a line for each kind.
  std::function<void(const std::string& line)> tell;
  // Unpack only what the layer itself holds: links to files of lower layers are left out on disk.
  bool own_only = false;
  // Unpack only this, for a layer that LayerWriter made: what it writes, and whiteouts for what it
  // removes.
  const LayerDelta* delta = nullptr;
};

// Reads the blob of `descriptor` in the store once: decompress, check, index; if `directory` >= 0
// also writes the files beneath it (a directory of ours nobody else writes to; empty unless `form`
// is plain; on an error it holds part of the files and is to be thrown away). Checks size, digest
// and, when `expected` is given, DiffId of the whole stream (Error(corrupt)); nothing may be used
// before it returned. Where the program can be executed anew for it (layer_process.h) a process of
// its own does all this, without network and credentials and with the one directory.
//
// Links of the layer are followed in its own root. What a member of a layer replaces in lower
// layers is left to the stack: a directory named by a member is a directory even where a lower
// layer has a link.
[[nodiscard]] ReadLayer read_layer(const store::Store& store, const oci::Descriptor& descriptor,
                                   const std::optional<oci::DiffId>& expected, int directory,
                                   TreeForm form, std::stop_token stop,
                                   const ReadOptions& options = {});

// A local archive of ADD, in this process: calls `entry` for each member with its bytes. tar, or
// tar in gzip, bzip2, xz or zstd, by content. Returns false, with nothing called, when the file is
// no such archive. Members come in the archive's order; parents may be missing; hard links name a
// clean path of the archive; names are checked as those of layers are. `content` is null but for
// regular files.
[[nodiscard]] bool read_archive(
    base::Fd file, const std::string& name, const LayerLimits& limits,
    const std::function<void(Entry entry, base::Source* content)>& entry);

// False when read_archive() would find no archive, by the file's first block alone: what is worth
// no process. Leaves the file's position as it is.
[[nodiscard]] bool may_be_archive(const base::Fd& file, const std::string& name);

}  // namespace cooper::layer
