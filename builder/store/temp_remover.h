// Removes temporary directories behind the caller's back: taking apart what a step left costs as
// much as the step, and nobody waits for it. Private to builder/store.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "builder/store/store.h"

namespace cooper::store {

// For any number of threads. What is left when it ends is removed by its destructor.
class TempRemover {
 public:
  TempRemover() = default;
  TempRemover(const TempRemover&) = delete;
  TempRemover& operator=(const TempRemover&) = delete;
  ~TempRemover();

  void remove(TempDirectory directory);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<TempDirectory> waiting_;  // under mutex_, as `ending_`
  bool ending_ = false;
  std::thread thread_;  // started with the first directory
};

}  // namespace cooper::store
