// Extended attributes of open files and directories.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace cooper::layer {

// Those a layer keeps (is_kept_xattr). Empty where the file system has none. `path` is for error
// texts. Throws base::Error.
[[nodiscard]] std::map<std::string, std::string> read_kept_xattrs(int fd, const std::string& path);
[[nodiscard]] std::optional<std::string> try_read_xattr(int fd, const std::string& name,
                                                        const std::string& path);

}  // namespace cooper::layer
