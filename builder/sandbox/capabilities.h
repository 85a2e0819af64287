// The capabilities a step has.
#pragma once

#include <cstdint>

namespace cooper::sandbox {

// Docker's default set: chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap,
// net_bind_service, net_raw, sys_chroot, mknod, audit_write, setfcap.
inline constexpr std::uint64_t kDefaultCapabilities = 0xa80425fb;
// In a bare chroot: without sys_chroot (with it a process walks out), mknod (it could make the
// machine's disks) and net_raw (the network is the container's own).
inline constexpr std::uint64_t kChrootCapabilities = kDefaultCapabilities & ~0x8042000ULL;

// Limits the bounding set to `mask` and empties the ambient and inheritable sets. Throws Error.
void limit_capabilities(std::uint64_t mask);
// Permitted and effective become `mask` (what is not permitted stays away). Throws Error.
void set_capabilities(std::uint64_t mask);

}  // namespace cooper::sandbox
