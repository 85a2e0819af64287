// Whether we may push, found out before the work begins.
#pragma once

#include <stop_token>

#include "registry/repository.h"

namespace cooper::release {

// Opens an upload and gives it up: a registry asks who we are for that. Throws base::Error(denied)
// and whatever else the registry says.
void require_push_permission(const registry::Repository& repository, std::stop_token stop);

}  // namespace cooper::release
