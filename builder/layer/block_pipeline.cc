#include "builder/layer/block_pipeline.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/trace.h"
#include "builder/layer/block_compressor.h"

namespace cooper::layer {
namespace {

struct Block {
  std::unique_ptr<std::byte[]> bytes;
  std::size_t size = 0;
  std::vector<std::byte> compressed;
  bool is_compressed = false;
  bool is_hashed = false;
};

}  // namespace

struct BlockPipeline::State {
  enum class Job { none, write, hash, compress };

  State(Compression compression_, int level_, unsigned threads_, base::Sink& out_)
      : compression(compression_),
        level(checked_level(compression_, level_)),
        capacity(block_size(compression_)),
        threads(threads_ != 0 ? threads_ : std::max(1U, std::thread::hardware_concurrency())),
        out(out_) {}

  [[nodiscard]] std::unique_ptr<Block> take_block();
  void submit();
  void work();
  [[nodiscard]] Job next_job();
  void do_job(Job job, std::unique_lock<std::mutex>& guard, BlockCompressor& compressor);
  void hash_block(const Block& block);
  void write_block(const Block& block);
  void finish_alone();
  void stop();

  const Compression compression;
  const int level;
  const std::size_t capacity;
  const unsigned threads;
  base::Sink& out;

  std::unique_ptr<Block> current;  // being filled by the caller
  base::Sha256 hash;
  StreamSum sum;
  bool started = false;  // the prologue is written

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::unique_ptr<Block>> window;  // submitted, not yet written and hashed
  std::vector<std::unique_ptr<Block>> spare;
  std::size_t blocks_made = 0;
  std::size_t to_compress = 0, to_hash = 0;  // positions in `window`
  bool hashing = false, writing = false, closed = false, stopping = false;
  std::exception_ptr failure;
  std::vector<std::thread> workers;
};

std::unique_ptr<Block> BlockPipeline::State::take_block() {
  std::unique_lock guard(mutex);
  const std::size_t most = 2 * std::size_t{threads} + 2;
  changed.wait(guard, [&] { return failure || !spare.empty() || blocks_made < most; });
  if (failure) std::rethrow_exception(failure);
  if (!spare.empty()) {
    auto block = std::move(spare.back());
    spare.pop_back();
    return block;
  }
  ++blocks_made;
  auto block = std::make_unique<Block>();
  block->bytes.reset(new std::byte[capacity]);
  return block;
}

void BlockPipeline::State::submit() {
  const std::lock_guard guard(mutex);
  window.push_back(std::move(current));
  if (workers.empty()) {
    for (unsigned i = 0; i < threads; ++i) workers.emplace_back([this] { work(); });
  }
  changed.notify_all();
}

BlockPipeline::State::Job BlockPipeline::State::next_job() {
  if (!writing && !window.empty() && window.front()->is_compressed && window.front()->is_hashed)
    return Job::write;
  if (!hashing && to_hash < window.size()) return Job::hash;
  if (to_compress < window.size()) return Job::compress;
  return Job::none;
}

void BlockPipeline::State::work() {
  try {
    BlockCompressor compressor(compression, level);
    std::unique_lock guard(mutex);
    while (true) {
      Job job = Job::none;
      changed.wait(guard, [&] {
        if (failure || stopping) return true;
        job = next_job();
        return job != Job::none || (closed && window.empty());
      });
      if (job == Job::none || failure || stopping) return;
      do_job(job, guard, compressor);
      changed.notify_all();
    }
  } catch (...) {
    const std::lock_guard guard(mutex);
    if (!failure) failure = std::current_exception();
    changed.notify_all();
  }
}

void BlockPipeline::State::do_job(Job job, std::unique_lock<std::mutex>& guard,
                                  BlockCompressor& compressor) {
  if (job == Job::write) {
    writing = true;
    auto block = std::move(window.front());
    window.pop_front();
    --to_compress;
    --to_hash;
    guard.unlock();
    write_block(*block);
    guard.lock();
    writing = false;
    block->is_compressed = block->is_hashed = false;
    block->size = 0;
    spare.push_back(std::move(block));
    return;
  }
  Block& block =
      *window[job == Job::hash ? to_hash
                               : to_compress];  // stays: only a finished block leaves the window
  if (job == Job::hash) {
    ++to_hash;
    hashing = true;
    guard.unlock();
    hash_block(block);
    guard.lock();
    hashing = false;
    block.is_hashed = true;
  } else {
    ++to_compress;
    guard.unlock();
    if (compression != Compression::none) const base::Span span("compression", "block");
    compressor.compress({block.bytes.get(), block.size}, block.compressed);
    guard.lock();
    block.is_compressed = true;
  }
}

void BlockPipeline::State::hash_block(const Block& block) {
  const std::span<const std::byte> bytes(block.bytes.get(), block.size);
  if (compression == Compression::none) {
    sum.size += bytes.size();
    return;
  }
  hash.update(bytes);
  if (compression == Compression::gzip) {
    sum.add(bytes);
  } else {
    sum.size += bytes.size();
  }
}

void BlockPipeline::State::write_block(const Block& block) {
  if (!std::exchange(started, true)) out.write(base::as_bytes(stream_prologue(compression)));
  if (compression == Compression::none) {
    out.write({block.bytes.get(), block.size});
  } else {
    out.write(block.compressed);
  }
}

// All of it fits into one block: no thread is worth its start.
void BlockPipeline::State::finish_alone() {
  if (!current || current->size == 0) return;
  BlockCompressor compressor(compression, level);
  hash_block(*current);
  if (compression != Compression::none) {
    const base::Span span("compression", "block");
    compressor.compress({current->bytes.get(), current->size}, current->compressed);
  }
  write_block(*current);
}

void BlockPipeline::State::stop() {
  {
    const std::lock_guard guard(mutex);
    stopping = true;
    changed.notify_all();
  }
  for (std::thread& worker : workers) worker.join();
  workers.clear();
}

BlockPipeline::BlockPipeline(Compression compression, int level, unsigned threads, base::Sink& out)
    : state_(std::make_unique<State>(compression, level, threads, out)) {}

BlockPipeline::~BlockPipeline() { state_->stop(); }

std::span<std::byte> BlockPipeline::space() {
  if (!state_->current) state_->current = state_->take_block();
  Block& block = *state_->current;
  return {block.bytes.get() + block.size, state_->capacity - block.size};
}

void BlockPipeline::advance(std::size_t count) {
  state_->current->size += count;
  if (state_->current->size == state_->capacity) state_->submit();
}

void BlockPipeline::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto room = space();
    const std::size_t count = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), count);
    advance(count);
    bytes = bytes.subspan(count);
  }
}

BlockPipeline::Result BlockPipeline::finish() {
  State& state = *state_;
  if (state.workers.empty()) {
    state.finish_alone();
  } else {
    if (state.current && state.current->size > 0) state.submit();
    {
      const std::lock_guard guard(state.mutex);
      state.closed = true;
      state.changed.notify_all();
    }
    for (std::thread& worker : state.workers) worker.join();
    state.workers.clear();
    if (state.failure) std::rethrow_exception(state.failure);
  }
  if (!state.started) state.out.write(base::as_bytes(stream_prologue(state.compression)));
  state.out.write(base::as_bytes(stream_epilogue(state.compression, state.sum)));
  Result result;
  if (state.compression != Compression::none) result.hash = state.hash.finish();
  result.tar_size = state.sum.size;
  return result;
}

}  // namespace cooper::layer
