// The real Transport: libcurl, one connection cache per worker, HTTP/2 over TLS, proxies from the
// environment (never for loopback hosts). All requests to a host use its one TLS configuration; a
// certificate that cannot be verified is an error, and there is no fallback to plain http.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "registry/http/transport.h"

namespace cooper::http {

// What is special about TLS to one host.
struct HostTls {
  std::string authorities = {};         // PEM texts, trusted beside the system's
  std::string client_certificate = {};  // PEM files; empty: none
  std::string client_key = {};
  bool verify = true;  // false only where the user asked for it by the host's name
};

struct CurlOptions {
  std::string ca_file = {};  // PEM; empty: the system's authorities
  std::string ca_directory = {};
  // Asked once for each host[:port] (the port left out when it is 443); may throw base::Error.
  std::function<HostTls(const std::string& authority)> tls_for = {};
  std::chrono::seconds connect_timeout = seconds_of(base::Limit::connect_seconds);
};

// SSL_CERT_FILE and SSL_CERT_DIR.
[[nodiscard]] CurlOptions curl_options_from_environment();

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(CurlOptions options);
  ~CurlTransport() override;

  // A stop request ends the exchange at once with Error(cancelled).
  [[nodiscard]] Response send(const Request& request) override;

 private:
  struct Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace cooper::http
