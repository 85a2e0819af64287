// Flushes written files to the disk in a thread of its own, so that a build does not wait for the
// disk at every blob.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

#include "base/fd.h"

namespace cooper::store {

class Flusher {
 public:
  Flusher();
  ~Flusher();  // drains the queue
  Flusher(const Flusher&) = delete;
  Flusher& operator=(const Flusher&) = delete;

  void add(base::Fd file, std::string name);
  // Waits for everything added so far. Throws the first base::Error a flush met.
  void wait();

 private:
  struct Item {
    base::Fd file;
    std::string name;
  };
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> queue_;
  bool busy_ = false;
  bool ending_ = false;
  std::exception_ptr failure_;
  std::thread thread_;  // started by the first add()
};

}  // namespace cooper::store
