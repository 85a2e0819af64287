// What a process in the sandbox gets to see: a value, made by the engine, turned into ordered
// operations by mount_plan(). Paths called `host` are ours (below the store or named by the user);
// every other path is untrusted and is resolved inside its root by descriptor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cooper::sandbox {

// Layers as an overlay: `lowers` top first (may be empty), changes land in `upper`.
struct OverlayRoot {
  std::vector<std::string> lowers;  // host directories
  std::string upper, work;          // host directories on one file system
};
// A complete, writable root directory (machines without overlayfs, and chroot mode).
struct DirectoryRoot {
  std::string path;          // host
  std::string scratch = {};  // host, empty, on the same file system: what chroot mode puts aside
};

struct BindMount {
  std::string root;    // host directory (or file, with source "")
  std::string source;  // below root, links resolved inside it
  std::string target;  // below the new root; created when missing, removed again when it was
                       // created and is empty
  bool readonly = true;
  bool discard_writes = false;  // rw on a throw-away upper: nothing reaches the source
  bool movable = false;  // chroot mode: the source is a copy or a cache of this step alone, and is
                         // moved to the target for as long as the step runs
  std::vector<std::string> overlay_lowers;  // not empty: `root` is ignored and the source is looked
                                            // up in these stacked layer directories (top first)
};
struct TmpfsMount {
  std::string target;
  std::uint64_t size = 0;  // bytes, 0 is the kernel's default
  std::uint32_t mode = 01777;
};
// A small file only this process sees (secret, script, resolv.conf, hosts): never on a disk.
struct FileMount {
  std::string target;
  std::string content;
  std::uint32_t mode = 0400, uid = 0, gid = 0;
  bool secret = false;  // chroot mode too keeps it from the disk
};
using SpecMount = std::variant<BindMount, TmpfsMount, FileMount>;

enum class NetworkMode {
  host,  // the builder's network
  none,  // an own namespace with loopback only
  join,  // the namespace of `network_of` (smoke: several processes of one pod)
};

// A limit of setrlimit(2); -1: unlimited.
struct Rlimit {
  std::string name;  // as known_rlimit() knows it
  std::int64_t soft = -1, hard = -1;
};

struct SandboxSpec {
  std::variant<OverlayRoot, DirectoryRoot> root;
  std::vector<std::string> argv;
  std::vector<std::string>
      env;  // NAME=value, complete; nothing of the builder's environment is added
  std::string
      user;  // "name|uid[:group|gid]" resolved in the root's /etc/passwd and /etc/group; "" is 0:0
  std::string cwd = "/";          // created when missing? no: an Error when it does not exist
  std::vector<SpecMount> mounts;  // in order
  std::string hostname = "buildkitsandbox";
  NetworkMode network = NetworkMode::host;
  int network_of = -1;    // pid whose network namespace is joined
  bool insecure = false;  // all capabilities, no seccomp filter
  bool readonly_root = false;
  std::vector<std::string> extra_hosts;  // "name ip" lines for /etc/hosts
  std::uint64_t shm_size = 0;            // bytes of /dev/shm; 0: 64 MiB
  std::vector<Rlimit> limits;            // beside the usual ones
  bool terminal = false;                 // see start(): standard input too is the terminal
};

}  // namespace cooper::sandbox
