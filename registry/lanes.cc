#include "registry/lanes.h"

#include "base/error.h"

namespace cooper::registry {

Lanes::Lane Lanes::enter(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait(lock, stop, [this] { return used_ < count_; })) {
    throw base::Error(base::ErrorKind::cancelled, "wait for a transfer", "", "cancelled");
  }
  ++used_;
  return Lane(*this);
}

void Lanes::narrow() {
  const std::lock_guard lock(mutex_);
  count_ = 1;
}

unsigned Lanes::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

void Lanes::leave() {
  {
    const std::lock_guard lock(mutex_);
    --used_;
  }
  changed_.notify_one();
}

}  // namespace cooper::registry
