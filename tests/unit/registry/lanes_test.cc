#include "registry/lanes.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/error.h"

namespace cooper::registry {
namespace {

// The most that were inside at once, of eight threads that go in and out.
int busiest(Lanes& lanes) {
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < 50; ++round) {
          const Lanes::Lane lane = lanes.enter({});
          const int now = ++inside;
          for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
          }
          --inside;
        }
      });
    }
  }
  return most;
}

TEST_CASE("no more than there are lanes, and one after trouble") {
  Lanes lanes(3);
  CHECK(busiest(lanes) <= 3);
  lanes.narrow();
  CHECK(lanes.count() == 1);
  CHECK(busiest(lanes) == 1);
}

TEST_CASE("who waits for a lane can be stopped") {
  Lanes lanes(1);
  const Lanes::Lane taken = lanes.enter({});
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS(static_cast<void>(lanes.enter(stop.get_token())), base::Error);
}

}  // namespace
}  // namespace cooper::registry
