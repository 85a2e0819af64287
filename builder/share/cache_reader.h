// What a depot knows, all its writers' parts together.
//
// A cache of the name N is the manifest N and those called N.<time>-<digest>: one for each writer
// that added something. Who writes N adds to it what the others have by then, and notes their names
// in it ("absorbed"), so that nobody has to read them again.
#pragma once

#include "builder/share/cache_depot.h"

namespace cooper::share {

struct KnownCache {
  cache::SharedCache cache;
  std::optional<CacheDocument> main;  // N itself, as it was read
  cache::PageKind kind = cache::PageKind::none;
  std::vector<std::string> parts;  // names of the parts there are whose content `cache` has
};

// Throws base::Error(corrupt) for damage, (usage) when N is no cache and no image that has one.
[[nodiscard]] KnownCache read_cache(CacheDepot& depot, std::stop_token stop);

// "N.<8 hexadecimal digits>-<12 more>": the name of a part written at `time`, and back.
[[nodiscard]] std::string part_name(const std::string& name, std::int64_t time,
                                    const oci::Digest& digest);
[[nodiscard]] std::optional<std::int64_t> part_time(const std::string& part,
                                                    const std::string& name);

}  // namespace cooper::share
