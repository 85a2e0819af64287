// The sandbox's /dev: a small tmpfs with the devices every program may expect, and nothing of the
// host's.
#pragma once

#include <cstdint>

#include "base/fd.h"

namespace cooper::sandbox {

// Makes it, attaches it over the directory `target` is open on. With `bind_host` the devices are
// bound from the host's /dev (each verified to be that very device), else they are made.
// `shm_size`: bytes, 0 is 64 MiB. Returns the mount. Throws Error.
[[nodiscard]] base::Fd make_devices(int target, bool bind_host, std::uint64_t shm_size);

// The same devices and links made in an empty directory, where nothing can be mounted. What the
// machine does not let us make is an Error.
void fill_device_directory(int directory);

}  // namespace cooper::sandbox
