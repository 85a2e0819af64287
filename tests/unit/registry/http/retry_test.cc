#include "registry/http/retry.h"

#include <doctest/doctest.h>

#include "tests/contract/registry/test_clock.h"
#include "tests/unit/registry/http/scripted_transport.h"

namespace cooper::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Setup {
  std::shared_ptr<test::ScriptedTransport> inner = std::make_shared<test::ScriptedTransport>();
  std::shared_ptr<test::TestClock> clock = std::make_shared<test::TestClock>();
  RetryTransport retry{inner, clock};
  Request request;

  Setup() { request.url = parse_url("https://h/v2/"); }
  std::size_t sent() const { return inner->requests.size(); }
};

// security.N9
TEST_CASE("transient answers are asked again, waiting longer each time") {
  Setup s;
  s.inner->add(503);
  s.inner->fail(Failure::broken);
  s.inner->add(500);
  s.inner->add(200);
  CHECK(s.retry.send(s.request).status == 200);
  CHECK(s.clock->sleeps() ==
        std::vector<milliseconds>{milliseconds(250), milliseconds(500), milliseconds(1000)});
}

TEST_CASE("permanent answers are not asked again") {
  for (const int status : {200, 400, 401, 403, 404, 405, 413}) {
    Setup s;
    s.inner->add(status);
    CHECK(s.retry.send(s.request).status == status);
    CHECK(s.sent() == 1);
  }
}

TEST_CASE("the tries are counted") {
  Setup s;
  for (int i = 0; i < 10; ++i) s.inner->add(502);
  CHECK(s.retry.send(s.request).status == 502);
  CHECK(s.sent() == 6);
}

TEST_CASE("nobody there: one quick second try; no such certificate: none") {
  Setup refused;
  for (int i = 0; i < 5; ++i) refused.inner->fail(Failure::refused);
  CHECK_THROWS_AS(static_cast<void>(refused.retry.send(refused.request)), TransportError);
  CHECK(refused.sent() == 2);
  Setup tls;
  tls.inner->fail(Failure::tls);
  CHECK_THROWS_AS(static_cast<void>(tls.retry.send(tls.request)), TransportError);
  CHECK(tls.sent() == 1);
}

// security.N11
TEST_CASE("Retry-After is obeyed up to its limit") {
  Setup s;
  s.inner->add(429, {{"Retry-After", "7"}});
  s.inner->add(200);
  CHECK(s.retry.send(s.request).status == 200);
  CHECK(s.clock->sleeps() == std::vector<milliseconds>{milliseconds(7000)});
  Setup far;
  far.inner->add(429, {{"Retry-After", "1000000000"}});
  CHECK(far.retry.send(far.request).status == 429);
  CHECK(far.clock->sleeps().empty());
}

TEST_CASE("Retry-After is read in both forms") {
  const auto read = [](const char* text) {
    return retry_after({429, {{"retry-after", text}}}, 1'800'000'000);
  };
  CHECK(read("0") == seconds(0));
  CHECK(read("120") == seconds(120));
  CHECK(read("-5") == seconds(0));
  CHECK(read("Fri, 15 Jan 2027 08:00:30 GMT") == seconds(30));
  CHECK(read("Fri, 15 Jan 2021 08:00:30 GMT") == seconds(0));
  CHECK(read("99999999999999999999") == seconds::max());
  CHECK_FALSE(read("soon").has_value());
}

TEST_CASE("what reached a sink is not repeated; an error page did not reach it") {
  base::StringSink sink;
  Setup s;
  s.request.sink_for = [&](const Response&) { return &sink; };
  s.inner->add(503, {}, "sorry");
  s.inner->add([](const Request& request) -> Response {
    request.sink_for({200})->write(base::as_bytes("half"));
    throw TransportError(Failure::broken, request, "cut");
  });
  CHECK_THROWS_AS(static_cast<void>(s.retry.send(s.request)), TransportError);
  CHECK(sink.text() == "half");
  CHECK(s.sent() == 2);
}

TEST_CASE("requests that must not be repeated are not") {
  Setup s;
  s.request.retry = Retry::never;
  s.inner->add(503);
  CHECK(s.retry.send(s.request).status == 503);
  CHECK(s.sent() == 1);
}

TEST_CASE("the budget ends by time and begins anew with progress") {
  test::TestClock clock;
  RetryBudget budget({}, clock);
  CHECK(budget.wait({}));
  clock.advance(seconds(301));
  CHECK_FALSE(budget.wait({}));
  budget.progress();
  CHECK(budget.wait({}));
}

TEST_CASE("a stop request ends the waiting") {
  test::TestClock clock;
  RetryBudget budget({}, clock);
  std::stop_source stop;
  stop.request_stop();
  try {
    static_cast<void>(budget.wait(stop.get_token()));
    FAIL("it waited");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::cancelled);
  }
}

}  // namespace
}  // namespace cooper::http
