#include "registry/http/redirect.h"

#include "base/limits.h"

namespace cooper::http {

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Response send_following(Transport& transport, const Request& request, Url* last) {
  Request hop = request;
  if (request.sink_for) {
    hop.sink_for = [&request](const Response& head) {
      return is_redirect(head.status) ? nullptr : request.sink_for(head);
    };
  }
  const std::uint64_t most = base::limit_of(base::Limit::redirects);
  for (std::uint64_t count = 0; count <= most; ++count) {
    Response response = transport.send(hop);
    const std::optional<std::string> location = response.headers.find("Location");
    if (!is_redirect(response.status) || !location) {
      if (last != nullptr) *last = hop.url;
      return response;
    }
    const Url next = resolve(hop.url, *location);
    if (hop.url.scheme == "https" && next.scheme == "http") {
      throw base::Error(
          base::ErrorKind::network, request.method, redacted(hop.url),
          "redirected from https to plain http (" + origin(next) + "), which is refused");
    }
    if (!same_origin(hop.url, next)) {
      hop.headers.remove("Authorization");
      hop.headers.remove("Cookie");
    }
    hop.url = next;
    hop.url.userinfo.clear();
  }
  throw base::limit_error(base::Limit::redirects, request.method, redacted(request.url),
                          "more than " + std::to_string(most) + " redirects");
}

}  // namespace cooper::http
