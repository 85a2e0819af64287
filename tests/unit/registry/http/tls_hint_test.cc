#include "registry/http/tls_hint.h"

#include <doctest/doctest.h>

using namespace cooper::http;

// security.N26
TEST_CASE("each way in which a certificate is wrong has its own cure") {
  const Url url = parse_url("https://registry.example:5000/v2/");
  const auto says = [&](long result, bool bad_peer, const char* text) {
    CAPTURE(result);
    return tls_hint(result, bad_peer, url).find(text) != std::string::npos;
  };
  CHECK(says(10, true, "renewed"));
  CHECK(says(9, true, "clock"));
  for (const long unknown : {18, 19, 20, 21})
    CHECK(says(unknown, true, "/etc/docker/certs.d/registry.example:5000/ca.crt"));
  for (const long no_fault : {0, 1}) CHECK(says(no_fault, true, "made for 'registry.example'"));
  CHECK(says(0, false, "client.cert"));
  CHECK(says(0, false, "--insecure-registry registry.example:5000"));
}
