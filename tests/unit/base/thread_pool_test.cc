#include "base/thread_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>

using cooper::base::parallel_for;
using cooper::base::ThreadPool;

TEST_CASE("every task runs once, and wait waits for tasks of tasks") {
  ThreadPool pool(4);
  CHECK(pool.size() == 4);
  std::atomic<int> count{0};
  for (int i = 0; i < 100; ++i) {
    pool.submit([&] {
      ++count;
      pool.submit([&] { ++count; });
    });
  }
  pool.wait();
  CHECK(count == 200);
}

TEST_CASE("values and exceptions come through the future") {
  ThreadPool pool(2);
  CHECK(pool.run([] { return 7; }).get() == 7);
  auto failed = pool.run([]() -> int { throw std::runtime_error("x"); });
  CHECK_THROWS_AS(failed.get(), std::runtime_error);
}

TEST_CASE("after a stop what has not begun is dropped") {
  ThreadPool pool(1);
  std::promise<void> started;
  std::promise<void> release;
  pool.submit([&] {
    started.set_value();
    release.get_future().wait();
  });
  started.get_future().wait();
  auto dropped = pool.run([] { return 1; });
  pool.request_stop();
  CHECK(pool.stop_token().stop_requested());
  CHECK_THROWS_AS(dropped.get(), std::future_error);
  release.set_value();
  pool.wait();
  pool.submit([] { FAIL("it ran"); });
  pool.wait();
}

TEST_CASE("parallel_for covers the range and passes the first exception on") {
  std::atomic<std::size_t> sum{0};
  parallel_for(3, 1000, [&](std::size_t i) { sum += i; });
  CHECK(sum == 499500);
  parallel_for(0, 0, [](std::size_t) { FAIL("nothing to do"); });
  CHECK_THROWS_AS(parallel_for(2, 100,
                               [](std::size_t i) {
                                 if (i == 50) throw std::runtime_error("x");
                               }),
                  std::runtime_error);
}
