// The members of an archive that ADD unpacks or that is a build context: entries in memory, all
// file bytes in one file, because a layer is written in path order and an archive comes in its own.
// Rows C17.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "builder/layer/layer_index.h"
#include "builder/layer/layer_limits.h"

namespace cooper::layer {

struct SpooledMember {
  Entry entry;               // entry.path as in the archive, clean
  std::uint64_t offset = 0;  // of its bytes in `bytes`
};

struct ArchiveSpool {
  base::Fd bytes;
  std::vector<SpooledMember> members;  // in archive order; a later one of the same path wins
};

// `bytes`: an empty file of ours for the bytes of the members. nullopt when `file` is not an
// archive cooper unpacks (read_archive()). A process of its own reads it where layers are read
// apart.
[[nodiscard]] std::optional<ArchiveSpool> spool_archive(base::Fd file, const std::string& name,
                                                        base::Fd bytes);

// As they go from that process to the builder; the latter is not trusted, and `bytes` is the size
// of the file it wrote. Throws base::Error(corrupt).
[[nodiscard]] std::string serialize(const std::vector<SpooledMember>& members);
[[nodiscard]] std::vector<SpooledMember> parse_spooled_members(std::string_view text,
                                                               std::uint64_t bytes);

// In this process. False: no archive.
[[nodiscard]] bool spool_archive_here(base::Fd file, const std::string& name,
                                      const LayerLimits& limits, ArchiveSpool& spool);

}  // namespace cooper::layer
