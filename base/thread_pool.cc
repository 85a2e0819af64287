#include "base/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <exception>

namespace cooper::base {

unsigned thread_count(unsigned threads) {
  return threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
}

ThreadPool::ThreadPool(unsigned threads) {
  const unsigned count = thread_count(threads);
  workers_.reserve(count);
  for (unsigned i = 0; i < count; ++i) workers_.emplace_back([this] { work(); });
}

ThreadPool::~ThreadPool() {
  request_stop();
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::submit(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_ || stop_.stop_requested()) return;
    queue_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void ThreadPool::wait() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return queue_.empty() && running_ == 0; });
}

void ThreadPool::request_stop() {
  stop_.request_stop();
  std::deque<std::function<void()>> dropped;
  {
    const std::lock_guard lock(mutex_);
    dropped.swap(queue_);
    if (running_ == 0) idle_.notify_all();
  }
  // The dropped tasks are destroyed here, without the lock: their destructors may be anybody's.
}

void ThreadPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::function<void()> task = std::move(queue_.front());
    queue_.pop_front();
    ++running_;
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
    if (--running_ == 0 && queue_.empty()) idle_.notify_all();
  }
}

void parallel_for(unsigned threads, std::size_t count,
                  const std::function<void(std::size_t)>& work) {
  const std::size_t helpers =
      std::min<std::size_t>(thread_count(threads), std::max<std::size_t>(count, 1)) - 1;
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto take_all = [&] {
    try {
      for (std::size_t i = next++; i < count && !failed; i = next++) work(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      failed = true;
    }
  };
  {
    std::vector<std::jthread> pool;
    pool.reserve(helpers);
    for (std::size_t i = 0; i < helpers; ++i) pool.emplace_back(take_all);
    take_all();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace cooper::base
