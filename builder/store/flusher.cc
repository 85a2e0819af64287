#include "builder/store/flusher.h"

#include <unistd.h>

#include <utility>

#include "base/error.h"

namespace cooper::store {

Flusher::Flusher(std::string where) : where_(std::move(where)) {}

Flusher::~Flusher() {
  {
    const std::lock_guard guard(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Flusher::add(base::Fd file, std::string name) {
  {
    const std::lock_guard guard(mutex_);
    known_.insert(name);
    queue_.push_back({std::move(file), std::move(name)});
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  }
  changed_.notify_all();
}

bool Flusher::knows(const std::string& name) {
  const std::lock_guard guard(mutex_);
  return known_.contains(name);
}

std::vector<std::string> Flusher::take_flushed() {
  const std::lock_guard guard(mutex_);
  return std::exchange(flushed_, {});
}

void Flusher::wait() {
  std::unique_lock guard(mutex_);
  changed_.wait(guard, [this] { return queue_.empty() && !busy_; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Flusher::work() {
  std::unique_lock guard(mutex_);
  for (;;) {
    changed_.wait(guard, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const Item item = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;
    guard.unlock();
    std::exception_ptr failure;
    if (::fsync(item.file.get()) != 0) {
      failure = std::make_exception_ptr(base::system_error("flush", where_ + item.name, errno));
    }
    guard.lock();
    busy_ = false;
    if (!failure) flushed_.push_back(item.name);
    if (failure && !failure_) failure_ = failure;
    changed_.notify_all();
  }
}

}  // namespace cooper::store
