// The real Transport: libcurl, one connection cache per worker, HTTP/2 over TLS, proxies from the
// environment (never for loopback hosts). One TLS configuration serves every request; a certificate
// that cannot be verified is an error, and there is no fallback to plain http.
#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "registry/http/transport.h"

namespace cooper::http {

struct CurlOptions {
  std::string ca_file = {};  // PEM; empty: the system's authorities
  std::string ca_directory = {};
  std::string client_certificate = {};  // PEM
  std::string client_key = {};
  std::set<std::string> unverified_hosts =
      {};  // host[:port] whose certificate is not checked; asked for by name
  std::chrono::seconds connect_timeout{15};
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
