// The certs.d directories of Docker and podman: one directory for each host[:port], in it the
// authorities that vouch for the host (*.crt, trusted beside the system's) and our certificate
// (NAME.cert with NAME.key).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/http/curl_transport.h"

namespace cooper::registry {

// ~/.config/containers/certs.d, ~/.config/docker/certs.d, /etc/containers/certs.d,
// /etc/docker/certs.d; the first that has the host is read.
[[nodiscard]] std::vector<std::string> certificate_directories();

// nullopt: none of `directories` has the host. Throws base::Error: a file that cannot be read, a
// certificate without its key or a key without its certificate, two certificates.
[[nodiscard]] std::optional<http::HostTls> find_certificates(
    const std::string& host, const std::vector<std::string>& directories);

}  // namespace cooper::registry
