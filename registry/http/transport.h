// Transport: one HTTP exchange. Implementations: CurlTransport (the real one), RetryTransport
// (wraps another), and the fakes of the tests. Thread-safe; redirects are not followed (see
// redirect.h); any status is a Response.
#pragma once

#include <string>

#include "base/error.h"
#include "registry/http/message.h"

namespace cooper::http {

// Why there was no answer.
enum class Failure {
  refused,     // nothing listens there
  unresolved,  // no such host name
  tls,         // certificate or handshake
  timed_out,   // no connection, or no byte, for the seconds that are the limit
  broken,      // the connection ended early
  proxy,       // the proxy refused
  blocked,     // an address the request must not reach
};

class TransportError final : public base::Error {
 public:
  TransportError(Failure failure, const Request& request, const std::string& cause)
      : base::Error(base::ErrorKind::network, request.method, redacted(request.url), cause),
        failure_(failure) {}
  [[nodiscard]] Failure failure() const noexcept { return failure_; }

 private:
  Failure failure_;
};

class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  // Throws TransportError, base::Error(limit, cancelled), and whatever the body's source or the
  // sink throws.
  [[nodiscard]] virtual Response send(const Request& request) = 0;
};

}  // namespace cooper::http
