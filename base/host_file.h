// Small files that the user or the administrator named: configuration, certificates, credentials.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace cooper::base {

// Links are followed as usual (a mounted secret is one). Whole content of a regular file, at most
// `limit` bytes; nullopt: there is none. Never blocks on a FIFO. Throws Error.
[[nodiscard]] std::optional<std::string> try_read_host_file(const std::string& path,
                                                            std::uint64_t limit);

}  // namespace cooper::base
