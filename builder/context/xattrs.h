// Extended attributes of a file in a context. Private to builder/context.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace cooper::context {

// What a COPY keeps (rows C9, K2): user.* and security.capability; not what a security module, an
// ACL or overlayfs noted.
[[nodiscard]] bool is_copied_xattr(std::string_view name);

// The copied attributes of `name` in `directory`, no link followed. `path` is for messages.
[[nodiscard]] std::map<std::string, std::string> read_xattrs(int directory, const std::string& name,
                                                             const std::string& path);

}  // namespace cooper::context
