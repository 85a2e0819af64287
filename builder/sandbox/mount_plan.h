// From a SandboxSpec to the ordered operations that make its file system. Pure.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "builder/sandbox/sandbox_spec.h"

namespace cooper::sandbox {

struct MountRoot {
  std::variant<OverlayRoot, DirectoryRoot> root;
  bool userxattr = false;
};
struct MountProc {};
// Read-only /sys: a new sysfs, or the host's where a new one is not allowed (user namespace,
// foreign network namespace).
struct MountSys {
  bool bind_host = false;
};
// A small /dev of our own; device nodes are made, or bound from the host where mknod is not
// allowed.
struct MountDev {
  bool bind_host = false;
  std::uint64_t shm_size = 0;  // bytes; 0: 64 MiB
};
struct MaskPath {
  std::string path;  // absent is fine
};
struct LockPath {
  std::string path;  // becomes read-only; absent is fine
};
struct PlaceBind {
  BindMount mount;
  bool userxattr = false;
};
struct PlaceTmpfs {
  TmpfsMount mount;
};
struct PlaceFile {
  FileMount mount;
};
struct SealRoot {};   // the root becomes read-only
struct EnterRoot {};  // pivot_root; the host's tree is gone afterwards

using MountOp = std::variant<MountRoot, MountProc, MountSys, MountDev, MaskPath, LockPath,
                             PlaceBind, PlaceTmpfs, PlaceFile, SealRoot, EnterRoot>;

// What the plan must know besides the spec.
struct PlanFacts {
  bool user_namespace = false;
  bool chroot = false;      // nothing is mounted: see chroot_runner.h
  std::string resolv_conf;  // content for the step
};

// Throws Error(usage) for a mount target that is "/", or in /proc or /sys, or not absolute.
[[nodiscard]] std::vector<MountOp> mount_plan(const SandboxSpec& spec, const PlanFacts& facts);

// One line without contents of files: "bind /cache/x at /root/.npm read-write". Errors of the
// set-up begin with it.
[[nodiscard]] std::string to_string(const MountOp& op);

// `error` as what went wrong with `op`.
[[nodiscard]] base::Error failed_op(const MountOp& op, const base::Error& error);

// /etc/hosts as the step sees it.
[[nodiscard]] std::string hosts_text(const SandboxSpec& spec);

}  // namespace cooper::sandbox
