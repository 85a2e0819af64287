// What on this machine keeps user namespaces from us, and the command that allows them.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace cooper::sandbox {

// The hint where a user or owner of an image is none of the namespace's.
inline constexpr const char* kMoreIds =
    "this id has no place in the user namespace: give your user more ids in /etc/subuid and "
    "/etc/subgid";

// A file's content; nullopt when there is no such file.
using ReadText = std::function<std::optional<std::string>(const std::string& path)>;

// Looks at the settings of the kernel and at /proc/self/status as `read` gives them; the first that
// forbids is named. Pure but for `read`.
[[nodiscard]] std::string user_namespace_cure(const ReadText& read);

// The same on this machine.
[[nodiscard]] std::string user_namespace_cure();

}  // namespace cooper::sandbox
