#include "builder/store/temp_remover.h"

#include <utility>

namespace cooper::store {

TempRemover::~TempRemover() {
  {
    const std::lock_guard guard(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void TempRemover::remove(TempDirectory directory) {
  const std::lock_guard guard(mutex_);
  waiting_.push_back(std::move(directory));
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  changed_.notify_one();
}

void TempRemover::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    {
      const TempDirectory directory = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
    }  // removed here
    lock.lock();
  }
}

}  // namespace cooper::store
