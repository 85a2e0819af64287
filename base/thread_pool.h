// A fixed number of worker threads that take tasks in the order they were submitted.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace cooper::base {

// `threads`, or the number of this machine's processors if it is 0.
[[nodiscard]] unsigned thread_count(unsigned threads);

class ThreadPool {
 public:
  explicit ThreadPool(unsigned threads = 0);
  // Asks for a stop, drops what has not begun and waits for what has.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Runs `task` in a worker. It must not throw: use run() for what may. Any thread may submit, a
  // task too.
  void submit(std::function<void()> task);

  // Runs `work` in a worker; its value or exception comes through the future. Dropped work gives
  // std::future_error.
  template <class Work>
  [[nodiscard]] auto run(Work work) -> std::future<std::invoke_result_t<Work&>> {
    using Result = std::invoke_result_t<Work&>;
    auto task = std::make_shared<std::packaged_task<Result()>>(std::move(work));
    auto future = task->get_future();
    submit([task] { (*task)(); });
    return future;
  }

  // Waits until nothing is queued or running. Not from a task.
  void wait();

  // Tasks look at this token; after request_stop() what has not begun is dropped.
  [[nodiscard]] std::stop_token stop_token() const { return stop_.get_token(); }
  void request_stop();

  [[nodiscard]] std::size_t size() const noexcept { return workers_.size(); }

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;  // a task came, or the end
  std::condition_variable idle_;     // nothing queued, nothing running
  std::deque<std::function<void()>> queue_;
  std::size_t running_ = 0;
  bool ending_ = false;
  std::stop_source stop_;
  std::vector<std::thread> workers_;
};

// Calls work(i) for every i < count on up to `threads` threads (0: all processors), the caller's
// among them. The first exception ends it and is thrown here once all threads have stopped.
void parallel_for(unsigned threads, std::size_t count,
                  const std::function<void(std::size_t)>& work);

}  // namespace cooper::base
