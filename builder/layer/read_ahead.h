// A Source read by a thread of its own, a few blocks ahead: decompressing and hashing go on while
// files are written.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/source.h"

namespace cooper::layer {

class ReadAhead final : public base::Source {
 public:
  // `inner` outlives this; nobody else reads it meanwhile. Its errors come out of read() in their
  // place.
  explicit ReadAhead(base::Source& inner);
  ~ReadAhead() override;

  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override;

 private:
  struct Block {
    std::vector<std::byte> bytes;
    std::size_t begin = 0, end = 0;
  };
  void run();
  [[nodiscard]] bool fill(Block& block);

  base::Source& inner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> full_;
  std::vector<Block> spare_;
  Block current_;
  bool ended_ = false, stopping_ = false;
  std::exception_ptr failure_;
  std::thread thread_;  // last: it uses the others
};

}  // namespace cooper::layer
