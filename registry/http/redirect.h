// Redirects, followed by us and not by the library: a credential never goes to another origin.
#pragma once

#include "registry/http/transport.h"

namespace cooper::http {

// Sends a GET or HEAD and follows 301, 302, 303, 307 and 308. At a change of origin the
// Authorization and Cookie fields are dropped for good; from https to http is refused. `last` gets
// the URL that answered (may be nullptr). Throws what Transport::send throws, and Error(limit)
// after as many redirects as the limit says.
[[nodiscard]] Response send_following(Transport& transport, const Request& request,
                                      Url* last = nullptr);

[[nodiscard]] bool is_redirect(int status);

}  // namespace cooper::http
