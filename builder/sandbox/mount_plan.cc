#include "builder/sandbox/mount_plan.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.h"
#include "base/path.h"

namespace cooper::sandbox {
namespace {

// The lists Docker and Podman use.
constexpr std::array kMasked = {"/proc/acpi",
                                "/proc/asound",
                                "/proc/interrupts",
                                "/proc/kcore",
                                "/proc/keys",
                                "/proc/latency_stats",
                                "/proc/sched_debug",
                                "/proc/scsi",
                                "/proc/timer_list",
                                "/proc/timer_stats",
                                "/sys/devices/virtual/powercap",
                                "/sys/firmware"};
constexpr std::array kLocked = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                "/proc/sysrq-trigger"};

bool is_below(std::string_view path, std::string_view folder) {
  return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

std::string checked_target(const std::string& target) {
  const auto refuse = [&](const char* cause) {
    throw base::Error(base::ErrorKind::usage, "mount at", target, cause);
  };
  if (!base::is_absolute(target)) refuse("the target must be an absolute path");
  if (target.find('\0') != std::string::npos) refuse("the target holds a zero byte");
  std::string clean = base::clean_path(target);
  if (clean == "/") refuse("the root itself cannot be a mount target");
  if (is_below(clean, "/proc") || is_below(clean, "/sys")) {
    refuse("nothing can be mounted in /proc or /sys");
  }
  return clean;
}

MountOp place(const SpecMount& mount, const PlanFacts& facts) {
  return std::visit(
      [&](auto copy) -> MountOp {
        copy.target = checked_target(copy.target);
        using Mount = decltype(copy);
        if constexpr (std::is_same_v<Mount, BindMount>) {
          return PlaceBind{std::move(copy), facts.user_namespace};
        } else if constexpr (std::is_same_v<Mount, TmpfsMount>) {
          return PlaceTmpfs{std::move(copy)};
        } else {
          return PlaceFile{std::move(copy)};
        }
      },
      mount);
}

PlaceFile public_file(const char* target, std::string content) {
  FileMount file;
  file.target = target;
  file.content = std::move(content);
  file.mode = 0644;
  return PlaceFile{std::move(file)};
}

std::string octal(std::uint32_t mode) {
  std::string digits;
  for (; mode != 0; mode /= 8) digits.insert(digits.begin(), static_cast<char>('0' + mode % 8));
  return "0" + digits;
}

std::string describe(const MountRoot& op) {
  if (const auto* directory = std::get_if<DirectoryRoot>(&op.root)) {
    return "mount root directory " + directory->path;
  }
  const auto& overlay = std::get<OverlayRoot>(op.root);
  std::string text = "mount root overlay";
  constexpr std::size_t kShown = 4;
  for (std::size_t i = 0; i < std::min(kShown, overlay.lowers.size()); ++i)
    text += " lower " + overlay.lowers[i];
  if (overlay.lowers.size() > kShown)
    text += " and " + std::to_string(overlay.lowers.size() - kShown) + " more";
  return text + " upper " + overlay.upper + (op.userxattr ? " userxattr" : "");
}

std::string describe(const PlaceBind& op) {
  const BindMount& mount = op.mount;
  std::string from = mount.overlay_lowers.empty()
                         ? mount.root
                         : std::to_string(mount.overlay_lowers.size()) + " layers";
  if (!mount.source.empty()) from += " source " + mount.source;
  const char* access = mount.discard_writes ? " read-write, writes discarded"
                       : mount.readonly     ? " read-only"
                                            : " read-write";
  return "bind " + from + " at " + mount.target + access;
}

std::string describe(const PlaceTmpfs& op) {
  return "mount tmpfs at " + op.mount.target + " mode " + octal(op.mount.mode) +
         (op.mount.size == 0 ? "" : " size " + std::to_string(op.mount.size));
}

std::string describe(const PlaceFile& op) {
  return "place file at " + op.mount.target + " mode " + octal(op.mount.mode) + " owner " +
         std::to_string(op.mount.uid) + ":" + std::to_string(op.mount.gid);
}

std::string describe(const MountProc&) { return "mount proc at /proc"; }
std::string describe(const MountSys& op) {
  return op.bind_host ? "bind /sys at /sys read-only" : "mount sysfs at /sys read-only";
}
std::string describe(const MountDev& op) {
  return op.bind_host ? "make /dev with the host's devices" : "make /dev";
}
std::string describe(const MaskPath& op) { return "mask " + op.path; }
std::string describe(const LockPath& op) { return "make read-only " + op.path; }
std::string describe(const SealRoot&) { return "make the root read-only"; }
std::string describe(const EnterRoot&) { return "enter the root"; }

}  // namespace

std::vector<MountOp> mount_plan(const SandboxSpec& spec, const PlanFacts& facts) {
  std::vector<MountOp> plan;
  plan.emplace_back(MountRoot{spec.root, facts.user_namespace});
  plan.emplace_back(MountProc{});
  // A new sysfs needs power over the network namespace it shows.
  plan.emplace_back(MountSys{facts.user_namespace && spec.network != NetworkMode::none});
  plan.emplace_back(MountDev{facts.user_namespace, spec.shm_size});
  if (!spec.insecure && !facts.chroot) {
    for (const char* path : kMasked) plan.emplace_back(MaskPath{path});
    for (const char* path : kLocked) plan.emplace_back(LockPath{path});
  }
  plan.emplace_back(public_file("/etc/resolv.conf", facts.resolv_conf));
  plan.emplace_back(public_file("/etc/hosts", hosts_text(spec)));
  for (const SpecMount& mount : spec.mounts) plan.push_back(place(mount, facts));
  if (spec.readonly_root) plan.emplace_back(SealRoot{});
  plan.emplace_back(EnterRoot{});
  return plan;
}

std::string to_string(const MountOp& op) {
  return std::visit([](const auto& one) { return describe(one); }, op);
}

base::Error failed_op(const MountOp& op, const base::Error& error) {
  std::string cause = error.doing();
  if (!error.thing().empty()) cause += " '" + error.thing() + "'";
  base::Error result(error.kind(), "set up the sandbox", to_string(op),
                     cause + ": " + error.cause());
  result.with_hint(error.hint());
  return result;
}

std::string hosts_text(const SandboxSpec& spec) {
  std::string text =
      "127.0.0.1\tlocalhost " + spec.hostname + "\n::1\tlocalhost ip6-localhost ip6-loopback\n";
  for (const std::string& line : spec.extra_hosts) {
    const std::size_t gap = line.find_first_of(" \t");
    if (gap == std::string::npos || line.find('\n') != std::string::npos) {
      throw base::Error(base::ErrorKind::usage, "add host", line, "expected 'name address'");
    }
    const std::size_t address = line.find_first_not_of(" \t", gap);
    if (address == std::string::npos) {
      throw base::Error(base::ErrorKind::usage, "add host", line, "expected 'name address'");
    }
    text += line.substr(address) + "\t" + line.substr(0, gap) + "\n";
  }
  return text;
}

}  // namespace cooper::sandbox
