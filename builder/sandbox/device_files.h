// The sandbox's /dev: a small tmpfs with the devices every program may expect, and nothing of the
// host's.
#pragma once

#include "base/fd.h"

namespace cooper::sandbox {

// Makes it, attaches it over the directory `target` is open on. With `bind_host` the devices are
// bound from the host's /dev (each verified to be that very device), else they are made. Returns
// the mount. Throws Error.
[[nodiscard]] base::Fd make_devices(int target, bool bind_host);

}  // namespace cooper::sandbox
