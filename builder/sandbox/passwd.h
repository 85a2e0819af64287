// Users and groups of an image, from the text of its /etc/passwd and /etc/group. Pure; never asks
// the machine's own databases. Files are limited to 1 MiB by whoever reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::sandbox {

struct UserIds {
  std::uint32_t uid = 0, gid = 0;
  std::vector<std::uint32_t> groups;  // supplementary, primary included
  std::string home = "/";
};

// USER semantics (row R2): "name", "uid", "name:group", "uid:gid". Without a group: the user's
// primary group and its additional groups; a numeric user that is not in passwd has gid 0. With a
// group: only that group; "name:" has none. Throws base::Error(usage): unknown name, number out of
// range (>= 2^32-1), no user, sign, blank.
[[nodiscard]] UserIds resolve_user(std::string_view user, std::string_view passwd_text,
                                   std::string_view group_text);

// COPY --chown semantics (row C11): only a user given -> gid is the same number as uid; a name's
// gid is looked up by the user's name entry's... number.
struct Owner {
  std::uint32_t uid = 0, gid = 0;
};
[[nodiscard]] Owner resolve_owner(std::string_view chown,
                                  std::optional<std::string_view> passwd_text,
                                  std::optional<std::string_view> group_text);

}  // namespace cooper::sandbox
