// The ways to isolate a step, as people name them. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace cooper::sandbox {

enum class Isolation {
  automatic,  // the best that works: root for root, else userns, single, chroot
  userns,     // a user namespace with the ids of /etc/subuid and /etc/subgid
  root,       // root, with namespaces
  single,     // a user namespace with one id
  chroot,     // no namespaces: no security boundary of its own
};

// "auto", "userns" ("rootless" is the same), "root", "single", "chroot".
[[nodiscard]] std::optional<Isolation> parse_isolation(std::string_view text);

// What `arguments` (of main, without the program) ask for by --isolation, else `environment` (the
// value of COOPER_ISOLATION). Before they are parsed, since a user namespace must be entered while
// the process has one thread. What makes no sense is left to the parser: nullopt.
[[nodiscard]] std::optional<Isolation> asked_isolation(int count, char** arguments,
                                                       const char* environment);

}  // namespace cooper::sandbox
