#include "registry/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace cooper::registry {

void for_each_parallel(std::size_t count, unsigned threads, const std::stop_token& outer,
                       const std::function<void(std::size_t, const std::stop_token&)>& job) {
  std::stop_source inner;
  const std::stop_callback pass_on(outer, [&inner] { inner.request_stop(); });
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    for (std::size_t i = next++; i < count && !inner.stop_requested(); i = next++) {
      try {
        job(i, inner.get_token());
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        inner.request_stop();
      }
    }
  };
  {
    std::vector<std::jthread> others;
    const std::size_t wanted = std::min<std::size_t>(threads, count);
    for (std::size_t i = 1; i < wanted; ++i) others.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace cooper::registry
