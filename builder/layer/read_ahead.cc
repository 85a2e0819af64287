#include "builder/layer/read_ahead.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace cooper::layer {
namespace {

constexpr std::size_t kBlocks = 6;
constexpr std::size_t kBlockSize = std::size_t{512} << 10;

}  // namespace

ReadAhead::ReadAhead(base::Source& inner) : inner_(inner), spare_(kBlocks) {
  thread_ = std::thread([this] { run(); });
}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

// False at the end of the inner source.
bool ReadAhead::fill(Block& block) {
  if (block.bytes.empty()) block.bytes.resize(kBlockSize);
  block.begin = block.end = 0;
  while (block.end < block.bytes.size()) {
    const std::size_t count = inner_.read(std::span(block.bytes).subspan(block.end));
    if (count == 0) return false;
    block.end += count;
  }
  return true;
}

void ReadAhead::run() {
  bool more = true;
  while (more) {
    Block block;
    {
      std::unique_lock guard(mutex_);
      changed_.wait(guard, [this] { return stopping_ || !spare_.empty(); });
      if (stopping_) return;
      block = std::move(spare_.back());
      spare_.pop_back();
    }
    std::exception_ptr failure;
    try {
      more = fill(block);
    } catch (...) {
      failure = std::current_exception();
      more = false;
    }
    const std::lock_guard guard(mutex_);
    if (block.end > 0) full_.push_back(std::move(block));
    ended_ = !more;
    failure_ = failure;
    changed_.notify_all();
  }
}

std::size_t ReadAhead::read(std::span<std::byte> buffer) {
  if (current_.begin == current_.end) {
    std::unique_lock guard(mutex_);
    if (!current_.bytes.empty()) {
      spare_.push_back(std::exchange(current_, Block()));
      changed_.notify_all();
    }
    changed_.wait(guard, [this] { return ended_ || !full_.empty(); });
    if (full_.empty()) {
      if (failure_) std::rethrow_exception(failure_);
      return 0;
    }
    current_ = std::move(full_.front());
    full_.pop_front();
  }
  const std::size_t count = std::min(buffer.size(), current_.end - current_.begin);
  std::memcpy(buffer.data(), current_.bytes.data() + current_.begin, count);
  current_.begin += count;
  return count;
}

}  // namespace cooper::layer
