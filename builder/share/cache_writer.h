// Adds to a cache so that nothing of other writers is lost, though a registry has no way to write a
// name only if it did not change. Where a depot cannot exclude others, what is new goes under a
// name of its own first (see cache_reader.h), then into the cache of the main name: read, merge,
// compare, write, and again if it changed meanwhile. A part is removed only a day after it was
// written and when the main cache has it, so a writer that read the main cache before and writes it
// after cannot lose it for anybody.
#pragma once

#include "builder/share/cache_reader.h"

namespace cooper::share {

struct CacheUpdate {
  cache::SharedCache fresh;
  std::map<oci::DiffId, CacheBlob> blobs;  // of all layers of `fresh`
  std::int64_t now = 0;
  std::int64_t keep_seconds = 0;
};

struct UpdateReport {
  std::size_t steps = 0, mounts = 0;  // that were new there
  bool written = false;
  std::string
      not_removed;  // why what is not needed any more could not be removed; "" when all is well
};

// Throws base::Error; (usage) when the name is that of something else, which is never overwritten.
[[nodiscard]] UpdateReport update_cache(CacheDepot& depot, const CacheUpdate& update,
                                        std::stop_token stop);

}  // namespace cooper::share
