// The parallel middle of a LayerWriter: bytes of a tar in, blocks hashed in order, compressed in
// any order, written in order. Threads start when the first block is full, so a small layer costs
// none. For one caller's thread.
#pragma once

#include <memory>
#include <span>

#include "base/sha256.h"
#include "base/sink.h"
#include "builder/layer/layer_writer.h"

namespace cooper::layer {

class BlockPipeline {
 public:
  // `out` outlives the pipeline; it is written to by one thread at a time.
  BlockPipeline(Compression compression, int level, unsigned threads, base::Sink& out);
  ~BlockPipeline();
  BlockPipeline(const BlockPipeline&) = delete;
  BlockPipeline& operator=(const BlockPipeline&) = delete;

  // Where the next bytes go, never empty; then tell with advance() how many of them there are.
  // Rethrows what failed in a thread.
  [[nodiscard]] std::span<std::byte> space();
  void advance(std::size_t count);
  void write(std::span<const std::byte> bytes);

  struct Result {
    base::Sha256Bytes
        hash{};  // of the tar; all zero without compression, where the blob's digest is the same
    std::uint64_t tar_size = 0;
  };
  // Everything is written to `out` when this returns.
  [[nodiscard]] Result finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cooper::layer
