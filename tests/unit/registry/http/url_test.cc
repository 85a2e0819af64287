#include "registry/http/url.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace cooper::http {
namespace {

TEST_CASE("a URL is parsed into its parts") {
  const Url url = parse_url("HTTPS://user:pw@Reg.Example:5000/v2/a%2Fb?n=1&last=x");
  CHECK(url.scheme == "https");
  CHECK(url.userinfo == "user:pw");
  CHECK(url.host == "reg.example");
  CHECK(url.port == 5000);
  CHECK(url.path == "/v2/a%2Fb");
  CHECK(url.query == "n=1&last=x");
  CHECK(to_string(url) == "https://reg.example:5000/v2/a%2Fb?n=1&last=x");
  CHECK(parse_url("http://h").path == "/");
  CHECK(parse_url("http://h?x=1").query == "x=1");
  CHECK(parse_url("https://[::1]:8/").host == "[::1]");
  CHECK(origin(parse_url("https://h:443/")) == "https://h");
  CHECK(origin(parse_url("http://h:443/")) == "http://h:443");
}

TEST_CASE("what is no http URL is refused") {
  for (const char* text :
       {"", "h", "ftp://h/", "file:///etc/passwd", "http://", "http:///x", "http://h:0/",
        "http://h:99999/", "http://h/ x", "http://h/\n", "http://h/#f", "http://h x/",
        "http://h:80a/", "http://[::1/", "http://h\\@evil/"}) {
    CAPTURE(text);
    CHECK_FALSE(try_parse_url(text).has_value());
  }
  CHECK_THROWS_WITH_AS(static_cast<void>(parse_url("https://user:secret@h:x/")),
                       doctest::Contains("...@h:x/"), base::Error);
}

// security.C11
TEST_CASE("what is shown holds no secret") {
  Url url = parse_url(
      "https://user:secret@h/v2/x?digest=sha256%3Aab&X-Amz-Signature=abc&token=t&scope=s&flag");
  CHECK(redacted(url) ==
        "https://h/v2/x?digest=sha256%3Aab&X-Amz-Signature=...&token=...&scope=s&flag");
}

TEST_CASE("a Location is resolved against the request") {
  const Url base = parse_url("https://h:5/v2/a/b?q=1");
  CHECK(to_string(resolve(base, "/x?y=2")) == "https://h:5/x?y=2");
  CHECK(to_string(resolve(base, "http://other/z")) == "http://other/z");
  CHECK(to_string(resolve(base, "//other/z")) == "https://other/z");
  CHECK(to_string(resolve(base, "c/d")) == "https://h:5/v2/a/c/d");
  CHECK_THROWS_AS(static_cast<void>(resolve(base, "javascript:x")), base::Error);
  CHECK_THROWS_AS(static_cast<void>(resolve(base, "")), base::Error);
}

TEST_CASE("origins are compared by scheme, host and port") {
  CHECK(same_origin(parse_url("https://h/a"), parse_url("https://H:443/b")));
  CHECK_FALSE(same_origin(parse_url("https://h/"), parse_url("http://h/")));
  CHECK_FALSE(same_origin(parse_url("https://h/"), parse_url("https://h:444/")));
  CHECK_FALSE(same_origin(parse_url("https://h/"), parse_url("https://h.evil/")));
}

TEST_CASE("addresses of this machine and network are known") {
  for (const char* host : {"127.0.0.1", "127.9.9.9", "localhost", "[::1]", "::1"})
    CHECK(is_loopback_host(host));
  for (const char* host : {"127.example", "local", "128.0.0.1", "127.0.0.1.evil"})
    CHECK_FALSE(is_loopback_host(host));
  for (const char* host :
       {"10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
        "[fe80::1]", "[fd00::1]", "[::]", "[::ffff:10.0.0.1]", "224.0.0.1"}) {
    CAPTURE(host);
    CHECK(is_internal_address(host));
  }
  for (const char* host :
       {"8.8.8.8", "172.32.0.1", "[2001:4860::8888]", "example.org", "10.example"}) {
    CAPTURE(host);
    CHECK_FALSE(is_internal_address(host));
  }
}

TEST_CASE("query values are escaped") {
  Url url = parse_url("https://h/p");
  add_query(url, "digest", "sha256:ab");
  add_query(url, "from", "a/b c&d");
  CHECK(url.query == "digest=sha256%3Aab&from=a%2Fb%20c%26d");
}

}  // namespace
}  // namespace cooper::http
