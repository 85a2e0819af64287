// Which file of the machine's /proc a path of a step means. Pure.
//
// Where nothing can be mounted a step has no /proc of its own. ProcServer opens files there for it:
// those about the step's own processes, and those about the machine that every container sees.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cooper::sandbox {

struct ProcPath {
  std::string path;     // below the machine's /proc: "/proc/17/status"
  std::string below;    // what is looked up below that link in the step's root: "etc/x" of
                        // /proc/17/root/etc/x
  int process = 0;      // whose file it is; 0: the machine's
  bool own = false;     // of the asking process itself
  bool hidden = false;  // what every sandbox masks: it is not there
};

// `path` is absolute, as the process `process` (its thread: `thread`) named it; /proc/self,
// /proc/thread-self, /proc/mounts, /proc/net, /dev/fd and the three standard streams in /dev are
// theirs. nullopt: nothing of /proc. `follow` is false for calls that look at a link itself.
[[nodiscard]] std::optional<ProcPath> proc_path(std::string_view path, int process, int thread,
                                                bool follow);

// Whether `path` could lead out of a directory of /proc, upwards.
[[nodiscard]] bool goes_up(std::string_view path);

// What the machine calls `target`, a link read in /proc, as the step sees it: below `root`, the
// host's path of its root.
[[nodiscard]] std::string seen_from(std::string_view root, std::string_view target);

}  // namespace cooper::sandbox
