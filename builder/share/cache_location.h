// One --cache-to or --cache-from, as buildx writes it: "type=registry,ref=reg.example/site:cache",
// "type=local,dest=DIR", "type=inline", "type=s3,bucket=..."; a reference alone is of a registry.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace cooper::share {

struct CacheLocation {
  enum class Kind { registry, local, embedded, s3 };  // embedded: type=inline
  Kind kind = Kind::registry;
  std::map<std::string, std::string> attributes;  // of the kind: ref, dest, bucket ...
  std::string name;                               // for people, without secrets
  bool all_steps = false;                         // mode=max
  bool ignore_error = true;
  // Cache mounts. --cache-to: off unless asked for; --cache-from: empty mounts are filled.
  bool mounts = false;
  std::uint64_t mount_limit = 0;  // bytes of files of all mounts together
  std::int64_t keep_seconds = 0;  // what no build wanted for longer is left out of the cache

  [[nodiscard]] std::string attribute(const std::string& key, const std::string& absent = {}) const;
  bool operator==(const CacheLocation&) const = default;
};

// Throw base::Error(usage), or (unsupported) for a type of buildx that there is not.
[[nodiscard]] CacheLocation parse_cache_from(const std::string& text);
[[nodiscard]] CacheLocation parse_cache_to(const std::string& text);

}  // namespace cooper::share
