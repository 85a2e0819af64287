#include "registry/http/curl_transport.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>

#include "tests/integration/registry/http/raw_server.h"

namespace cooper::http {
namespace {

using test::http_answer;
using test::RawServer;

Request request_to(const std::string& url, const std::string& method = "GET") {
  Request request;
  request.method = method;
  request.url = parse_url(url);
  return request;
}

Failure failure_of(Transport& transport, const Request& request) {
  try {
    static_cast<void>(transport.send(request));
  } catch (const TransportError& error) {
    CHECK(error.kind() == base::ErrorKind::network);
    return error.failure();
  }
  FAIL("there was an answer");
  return Failure::broken;
}

RawServer::Handler always(RawServer::Answer answer) {
  return [answer](const std::string&, const std::string&) { return answer; };
}

TEST_CASE("one connection serves many requests; fields that repeat are all there") {
  RawServer server(always({http_answer("200 OK", "X: 1\r\nx:  2 \r\n", "body"), false}));
  CurlTransport transport({});
  for (int i = 0; i < 3; ++i) {
    const Response response = transport.send(request_to(server.url()));
    CHECK(response.status == 200);
    CHECK(response.body == "body");
    CHECK(response.headers.find_all("x") == std::vector<std::string>{"1", "2"});
  }
  CHECK(server.connections == 1);
}

// security.N27
TEST_CASE("a body is sent whole, without asking first, and a redirect is not followed") {
  std::string head;
  std::string body;
  RawServer server([&](const std::string& got_head, const std::string& got_body) {
    head = got_head;
    body = got_body;
    return RawServer::Answer{http_answer("307 Temporary Redirect", "Location: /y\r\n", ""), false};
  });
  CurlTransport transport({});
  Request request = request_to(server.url(), "PATCH");
  request.headers = {{"Content-Range", "0-2999999"}};
  request.body = text_body(std::string(3'000'000, 'b'));
  const Response response = transport.send(request);
  CHECK(response.status == 307);
  CHECK(body == std::string(3'000'000, 'b'));
  CHECK(head.find("PATCH /x HTTP/1.1") == 0);
  CHECK(head.find("Content-Length: 3000000") != std::string::npos);
  CHECK(head.find("Expect") == std::string::npos);
  CHECK(head.find("User-Agent: cooper/") != std::string::npos);
  static_cast<void>(transport.send(request_to(server.url(), "POST")));
  CHECK(head.find("Content-Length: 0") != std::string::npos);
  CHECK(head.find("Content-Type") == std::string::npos);
  static_cast<void>(transport.send(request_to(server.url(), "DELETE")));
  CHECK(head.find("DELETE /x") == 0);
}

TEST_CASE("transfers that end early are failures of the connection") {
  CurlTransport transport({});
  RawServer truncated(always({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"}));
  CHECK(failure_of(transport, request_to(truncated.url())) == Failure::broken);
  RawServer reset(always({"", true, true}));
  CHECK(failure_of(transport, request_to(reset.url())) == Failure::broken);
  RawServer nothing(always({"SSH-2.0-OpenSSH\r\n"}));
  CHECK(failure_of(transport, request_to(nothing.url())) == Failure::broken);
  int port = 0;
  {
    const RawServer gone(always({""}));
    port = gone.port();
  }
  CHECK(failure_of(transport, request_to("http://127.0.0.1:" + std::to_string(port) + "/")) ==
        Failure::refused);
  CHECK(failure_of(transport, request_to("http://does-not-exist.invalid/")) != Failure::refused);
}

// security.N13
TEST_CASE("a server that says nothing is given up after the idle time") {
  RawServer server(always({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nh", false, false, true}));
  CurlTransport transport({});
  Request request = request_to(server.url());
  request.idle_timeout = std::chrono::seconds(1);
  CHECK(failure_of(transport, request) == Failure::timed_out);
}

TEST_CASE("a stop request ends a transfer at once") {
  RawServer server(always({"", false, false, true}));
  CurlTransport transport({});
  std::stop_source stop;
  Request request = request_to(server.url());
  request.stop = stop.get_token();
  const std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  try {
    static_cast<void>(transport.send(request));
    FAIL("there was an answer");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::cancelled);
  }
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(900));
}

// security.N8
TEST_CASE("answers without end stop at their limit") {
  CurlTransport transport({});
  RawServer good(always({"HTTP/1.1 200 OK\r\n\r\nx", true, false, false, true}));
  Request request = request_to(good.url());
  CHECK_THROWS_WITH_AS(static_cast<void>(transport.send(request)),
                       doctest::Contains("larger than 65536 bytes"), base::Error);
  base::StringSink sink;
  request.sink_for = [&](const Response&) { return &sink; };
  request.sink_limit = 1'000'000;
  CHECK_THROWS_WITH_AS(static_cast<void>(transport.send(request)),
                       doctest::Contains("larger than 1000000 bytes"), base::Error);
  CHECK(sink.text().size() <= 1'000'000);
  RawServer error_page(always({"HTTP/1.1 500 Oops\r\n\r\nx", true, false, false, true}));
  const Response response = transport.send(request_to(error_page.url()));
  CHECK(response.status == 500);
  CHECK(response.body.size() == 65536);
  RawServer headers(always({"HTTP/1.1 200 OK\r\nX: y", true, false, false, true}));
  CHECK(failure_of(transport, request_to(headers.url())) == Failure::broken);
}

TEST_CASE("an answer that comes before the body was read is an answer") {
  RawServer server(
      always({http_answer("413 Too Large", "", "no"), true, false, false, false, true}));
  CurlTransport transport({});
  Request request = request_to(server.url(), "PUT");
  request.body = text_body(std::string(200'000, 'b'));
  try {
    CHECK(transport.send(request).status == 413);
  } catch (const TransportError& error) {
    CHECK(error.failure() == Failure::broken);  // the reset overtook the answer, which TCP allows
  }
}

TEST_CASE("what a sink or a body throws comes through") {
  struct Full final : base::Sink {
    void write(std::span<const std::byte>) override {
      throw base::Error(base::ErrorKind::system, "write", "x", "full");
    }
  };
  RawServer server(always({http_answer("200 OK", "", "body"), false}));
  CurlTransport transport({});
  Full full;
  Request request = request_to(server.url());
  request.sink_for = [&](const Response& head) {
    CHECK(head.status == 200);
    return &full;
  };
  CHECK_THROWS_WITH_AS(static_cast<void>(transport.send(request)), "write 'x': full", base::Error);
  Request put = request_to(server.url(), "PUT");
  put.body = Body{[]() -> std::unique_ptr<base::Source> {
                    throw base::Error(base::ErrorKind::not_found, "open", "blob", "gone");
                  },
                  10};
  CHECK_THROWS_WITH_AS(static_cast<void>(transport.send(put)), "open 'blob': gone", base::Error);
  CHECK(transport.send(request_to(server.url())).body == "body");  // and the transport goes on
}

TEST_CASE("HEAD has no body, an empty answer still asks for its sink") {
  RawServer server(always({"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", false}));
  CurlTransport transport({});
  const Response response = transport.send(request_to(server.url(), "HEAD"));
  CHECK(response.headers.find("content-length") == "1000");
  RawServer empty(always({http_answer("200 OK", "", ""), false}));
  bool asked = false;
  base::NullSink sink;
  Request request = request_to(empty.url());
  request.sink_for = [&](const Response&) {
    asked = true;
    return &sink;
  };
  static_cast<void>(transport.send(request));
  CHECK(asked);
}

// security.D18
TEST_CASE("internal addresses are not reached when they must not be, by name or by number") {
  RawServer server(always({http_answer("200 OK", "", "secret"), false}));
  CurlTransport transport({});
  for (const std::string host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"}) {
    CAPTURE(host);
    Request request = request_to("http://" + host + ":" + std::to_string(server.port()) + "/");
    request.public_addresses_only = true;
    CHECK(failure_of(transport, request) == Failure::blocked);
  }
  CHECK(server.connections == 0);
}

TEST_CASE("a header that would end the line is refused") {
  RawServer server(always({http_answer("200 OK", "", ""), false}));
  CurlTransport transport({});
  Request request = request_to(server.url());
  request.headers = {{"X", "a\r\nAuthorization: b"}};
  CHECK_THROWS_AS(static_cast<void>(transport.send(request)), base::Error);
}

// security.N13
TEST_CASE("a small answer that drips has a deadline") {
  RawServer server(always({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nh", false, false, true}));
  CurlTransport transport({});
  Request request = request_to(server.url());
  request.deadline = std::chrono::seconds(1);
  CHECK(failure_of(transport, request) == Failure::timed_out);
}

// Sets a variable for a test's time.
struct Variable {
  std::string name;
  Variable(const std::string& given, const std::string& value) : name(given) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  ~Variable() { ::unsetenv(name.c_str()); }
};

// security.N27
TEST_CASE("a proxy is used as the environment says, and its password is never shown") {
  std::string asked;
  RawServer proxy([&](const std::string& head, const std::string&) {
    asked = head;
    return RawServer::Answer{http_answer("407 Proxy Authentication Required", "", ""), true};
  });
  const std::string port = std::to_string(proxy.port());
  const Variable http("http_proxy", "http://someone:pass-word@127.0.0.1:" + port);
  const Variable https("HTTPS_PROXY", "http://someone:pass-word@127.0.0.1:" + port);
  CurlTransport transport({});
  CHECK(transport.send(request_to("http://reg.example/v2/")).status == 407);
  CHECK(asked.find("GET http://reg.example/v2/ HTTP/1.1") == 0);
  CHECK(asked.find("Proxy-Authorization: Basic") != std::string::npos);
  try {
    static_cast<void>(transport.send(request_to("https://reg.example/v2/")));
    FAIL("the proxy refused");
  } catch (const TransportError& error) {
    CHECK(error.failure() == Failure::proxy);
    CHECK(std::string(error.what()).find("407") != std::string::npos);
    CHECK(std::string(error.what()).find("pass-word") == std::string::npos);
  }
  CHECK(asked.find("CONNECT reg.example:443") == 0);
  RawServer direct(always({http_answer("200 OK", "", "here"), false}));
  CHECK(transport.send(request_to(direct.url())).body == "here");  // loopback: past the proxy
}

// security.N5
TEST_CASE("https to a server that speaks http is an error, not a fallback") {
  RawServer server(always({}), http_answer("400 Bad Request", "", ""));
  CurlTransport transport({});
  CHECK(failure_of(transport, request_to("https://127.0.0.1:" + std::to_string(server.port()) +
                                         "/")) == Failure::tls);
}

}  // namespace
}  // namespace cooper::http
