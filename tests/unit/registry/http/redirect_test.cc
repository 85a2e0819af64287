#include "registry/http/redirect.h"

#include <doctest/doctest.h>

#include "tests/unit/registry/http/scripted_transport.h"

namespace cooper::http {
namespace {

Request with_password() {
  Request request;
  request.url = parse_url("https://h/v2/blob");
  request.headers = {{"Authorization", "Basic c2VjcmV0"}, {"Accept", "x"}};
  return request;
}

// security.N4
TEST_CASE("a credential stays at its origin and does not come back") {
  test::ScriptedTransport transport;
  transport.add(307, {{"Location", "/v2/other"}});
  transport.add(302, {{"Location", "https://cdn.example/x"}});
  transport.add(307, {{"Location", "https://h/again"}});
  transport.add(200, {}, "bytes");
  Url last;
  CHECK(send_following(transport, with_password(), &last).body == "bytes");
  CHECK(to_string(last) == "https://h/again");
  REQUIRE(transport.requests.size() == 4);
  CHECK(transport.requests[1].headers.find("Authorization").has_value());
  CHECK_FALSE(transport.requests[2].headers.find("Authorization").has_value());
  CHECK_FALSE(transport.requests[3].headers.find("authorization").has_value());
  CHECK(transport.requests[3].headers.find("Accept").has_value());
}

TEST_CASE("another port or scheme is another origin") {
  test::ScriptedTransport transport;
  transport.add(307, {{"Location", "https://h:8443/x"}});
  transport.add(200);
  static_cast<void>(send_following(transport, with_password()));
  CHECK_FALSE(transport.requests[1].headers.find("Authorization").has_value());
}

// security.D15 security.D18
TEST_CASE("from https to http is refused, and so are circles") {
  test::ScriptedTransport weaker;
  weaker.add(302, {{"Location", "http://h/v2/blob"}});
  CHECK_THROWS_WITH_AS(static_cast<void>(send_following(weaker, with_password())),
                       doctest::Contains("from https to plain http"), base::Error);
  CHECK(weaker.requests.size() == 1);
  test::ScriptedTransport circle;
  for (int i = 0; i < 10; ++i) circle.add(307, {{"Location", "/v2/blob"}});
  CHECK_THROWS_WITH_AS(static_cast<void>(send_following(circle, with_password())),
                       doctest::Contains("more than 5 redirects"), base::Error);
}

TEST_CASE("the body of a redirect does not reach the sink") {
  test::ScriptedTransport transport;
  transport.add(302, {{"Location", "/x"}}, "<html>moved</html>");
  transport.add(200, {}, "right");
  base::StringSink sink;
  Request request = with_password();
  request.sink_for = [&](const Response&) { return &sink; };
  static_cast<void>(send_following(transport, request));
  CHECK(sink.text() == "right");
}

}  // namespace
}  // namespace cooper::http
