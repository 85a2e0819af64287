// Flushes written files to the disk in a thread of its own, so that a build does not wait for the
// disk at every blob.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"

namespace cooper::store {

class Flusher {
 public:
  // `where`: said before a file's name in errors.
  explicit Flusher(std::string where);
  ~Flusher();  // drains the queue
  Flusher(const Flusher&) = delete;
  Flusher& operator=(const Flusher&) = delete;

  void add(base::Fd file, std::string name);
  // Whether a file of this name was added.
  [[nodiscard]] bool knows(const std::string& name);
  // The files flushed since it was asked last: their directory is to be flushed too.
  [[nodiscard]] std::vector<std::string> take_flushed();
  // Waits for everything added so far. Throws the first base::Error a flush met.
  void wait();

 private:
  struct Item {
    base::Fd file;
    std::string name;
  };
  void work();

  const std::string where_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> queue_;
  std::set<std::string> known_;
  std::vector<std::string> flushed_;
  bool busy_ = false;
  bool ending_ = false;
  std::exception_ptr failure_;
  std::thread thread_;  // started by the first add()
};

}  // namespace cooper::store
