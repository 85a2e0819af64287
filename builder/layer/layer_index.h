// The layer index: what a layer holds, sorted by path, without the bytes. With it COPY needs no
// mounted file system, COPY --from finds content digests without reading files, and explanations,
// sizes and diffs are look-ups.
//
// On disk: one binary record per layer (kind "index", written by layer_index_file.cc), named by the
// layer's DiffId, self-checking, versioned.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.h"
#include "oci/digest.h"

namespace cooper::layer {

enum class EntryType : std::uint8_t {
  file,
  directory,
  symlink,
  hardlink,
  character,
  block,
  fifo,
  socket,
  whiteout
};

// Path is clean, relative, without leading '/'; "" is the root directory. A whiteout's path is the
// path it removes.
struct Entry {
  std::string path;
  EntryType type = EntryType::file;
  std::uint32_t mode = 0;  // permission and setuid/setgid/sticky bits (07777)
  std::uint32_t uid = 0, gid = 0;
  std::uint64_t size = 0;
  std::int64_t mtime = 0;  // seconds
  std::uint32_t mtime_nanoseconds = 0;
  std::string link;  // symlink: target; hardlink: path of the first name in this layer
  std::uint32_t device_major = 0, device_minor = 0;
  std::map<std::string, std::string> xattrs;
  std::optional<base::Sha256Bytes> content;  // regular files
  bool opaque = false;  // directory that hides everything below it in lower layers
  bool operator==(const Entry&) const = default;
};

class LayerIndex {
 public:
  LayerIndex() = default;
  // `entries` in any order; sorted here. Throws base::Error(corrupt) for duplicate paths.
  explicit LayerIndex(std::vector<Entry> entries);

  [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }
  [[nodiscard]] const Entry* find(std::string_view path) const;
  // The index of the first entry whose path is >= `path` in the sort order (component-wise: a
  // directory's children follow it).
  [[nodiscard]] std::size_t lower_bound(std::string_view path) const;

 private:
  std::vector<Entry> entries_;
};

// What of a layer can only be put on disk by looking at the layers below it.
struct LowerNeeds {
  // A directory is only implied by what is in it: its attributes are theirs. Not said of the root,
  // whose attributes a stack of directories has from its topmost one.
  bool parents = false;
  bool links = false;  // a hard link names a file that is theirs
};
[[nodiscard]] LowerNeeds lower_needs(const LayerIndex& index);

// The sort order: bytewise with '/' below every other byte, so a directory is followed by all that
// is in it.
[[nodiscard]] bool path_less(std::string_view a, std::string_view b);
// "a/b" and "a/b/c" are below "a"; "a" and "ab" are not.
[[nodiscard]] bool is_below(std::string_view path, std::string_view directory);

// Binary form, deterministic; the reader throws base::Error(corrupt).
[[nodiscard]] std::string serialize(const LayerIndex& index);
[[nodiscard]] LayerIndex parse_layer_index(std::string_view bytes);

}  // namespace cooper::layer
