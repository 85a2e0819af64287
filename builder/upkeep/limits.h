// How large the cache may be, and the file that says so. Sizes are bytes on the disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cooper::upkeep {

struct Limits {
  std::optional<std::uint64_t> max_size;     // of the whole store
  std::optional<std::uint64_t> min_free;     // of the file system it lies on
  std::optional<std::int64_t> keep_seconds;  // what was not used for longer goes
  bool automatic = true;                     // collect after builds
};

// Without a file: 20 GB, 1 GB free, 30 days.
[[nodiscard]] Limits default_limits();

// {"cache": {"maxSize": "20GB", "minFree": "1GB", "keepDays": 30, "automatic": true}}; what is not
// given keeps its default, "unlimited" or 0 takes a limit away. Throws base::Error(usage) that
// names `file` for unknown members and wrong values.
[[nodiscard]] Limits parse_limits(std::string_view text, const std::string& file);

// "500MB", "20 GiB", "1.5GB", "1000": bytes; "unlimited" and "0": nullopt. Throws
// base::Error(usage) naming `what`.
[[nodiscard]] std::optional<std::uint64_t> parse_size(const std::string& text,
                                                      const std::string& what);
// "90s", "30m", "24h", "7d", "2w", or "1h30m" as Go writes it. Throws likewise.
[[nodiscard]] std::int64_t parse_age(const std::string& text, const std::string& what);

}  // namespace cooper::upkeep
