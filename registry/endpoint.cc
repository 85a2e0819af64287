#include "registry/endpoint.h"

#include "base/error.h"

namespace cooper::registry {

http::Url registry_endpoint(const std::string& host, const std::set<std::string>& plain_http,
                            bool has_certificates) {
  const std::string real =
      host == "docker.io" || host == "index.docker.io" ? "registry-1.docker.io" : host;
  std::optional<http::Url> url = http::try_parse_url("https://" + real);
  if (!url || !url->userinfo.empty() || url->path != "/" || !url->query.empty()) {
    throw base::Error(base::ErrorKind::usage, "use registry", host, "not a host[:port]");
  }
  const bool port_given =
      real.find(':', real.rfind(']') == std::string::npos ? 0 : real.rfind(']')) !=
      std::string::npos;
  const bool loopback =
      http::is_loopback_host(url->host) && !(port_given && url->port == 443) && !has_certificates;
  if (loopback || plain_http.count(host) > 0) {
    url->scheme = "http";
    if (!port_given) url->port = 80;
  }
  return *url;
}

}  // namespace cooper::registry
