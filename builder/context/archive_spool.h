// The members of an archive that ADD unpacks or that is a build context: entries in memory, all
// file bytes in one unnamed temporary file, because a layer is written in path order and an archive
// comes in its own. Rows C17.
#pragma once

#include <vector>

#include "base/fd.h"
#include "builder/layer/layer_index.h"
#include "builder/store/store.h"

namespace cooper::context {

struct SpooledMember {
  layer::Entry entry;        // entry.path as in the archive, clean
  std::uint64_t offset = 0;  // of its bytes in `bytes`
};

struct ArchiveSpool {
  base::Fd bytes;
  std::vector<SpooledMember> members;  // in archive order; a later one of the same path wins
};

// nullopt when `file` is not an archive cooper unpacks. The temporary file lies in the store's
// directory.
[[nodiscard]] std::optional<ArchiveSpool> try_spool_archive(base::Fd file, const std::string& name,
                                                            const store::Store& store);

}  // namespace cooper::context
