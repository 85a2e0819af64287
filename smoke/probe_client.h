// GET from inside a pod's network.
#pragma once

#include <stop_token>

#include "registry/http/transport.h"
#include "smoke/pod.h"
#include "smoke/pod_network.h"

namespace cooper::smoke {

// One exchange; what goes wrong with it is in HttpAnswer::error. Throws base::Error(cancelled) on
// `stop`.
[[nodiscard]] HttpAnswer get_in_network(PodNetwork& network, http::Transport& transport,
                                        const HttpRequest& request, Milliseconds timeout,
                                        const std::stop_token& stop);

}  // namespace cooper::smoke
