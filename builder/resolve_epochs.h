// SOURCE_DATE_EPOCH that names a context or a stage becomes a number of seconds (row A8): the time
// of a commit, what a server says in Last-Modified, or the newest file of an archive.
#pragma once

#include <stop_token>

#include "builder/open_targets.h"

namespace cooper {

// Changes the build arguments of targets.requests. A directory, an image, another target have no
// time: then there is none. Throws base::Error.
void resolve_epochs(OpenTargets& targets, const BuildRequest& request, BuildTools& tools,
                    std::stop_token stop);

}  // namespace cooper
