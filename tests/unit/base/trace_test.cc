#include "base/trace.h"

#include <doctest/doctest.h>

#include <thread>

using namespace cooper::base;  // NOLINT(google-build-using-namespace)

TEST_CASE("spans are kept while tracing is on, with their thread") {
  { const Span before("run", "not traced"); }
  start_trace();
  {
    const Span outer("copy", "outer");
    std::thread([] { const Span inner("hashing", "inner"); }).join();
  }
  const auto events = take_trace();
  REQUIRE(events.size() == 2);
  CHECK(events[0].name == "outer");
  CHECK(std::string(events[1].category) == "hashing");
  CHECK(events[0].begin <= events[1].begin);
  CHECK(events[1].end <= events[0].end);
  CHECK(events[0].thread != events[1].thread);
  { const Span after("run", "not traced"); }
  CHECK(take_trace().empty());
}
