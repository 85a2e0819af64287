// What to do about a TLS connection that was refused.
#pragma once

#include <string>

#include "registry/http/url.h"

namespace cooper::http {

// `verify_result` is OpenSSL's (X509_V_ERR_...); `bad_peer`: it was the server's certificate that
// was refused. With a result that names no fault that means that it is for other names.
[[nodiscard]] std::string tls_hint(long verify_result, bool bad_peer, const Url& url);

}  // namespace cooper::http
