// One block of a tar -> bytes that can be joined: the compressed form of a stream is the prologue,
// the compressed blocks in order and the epilogue. How a block is compressed depends on its bytes
// alone, so any number of threads give the same stream.
//
//   gzip: ONE member; each block is raw deflate ending in a full flush (ISA-L, levels 1 to 3).
//   zstd: a frame per block (levels 1 to 19).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "builder/layer/layer_writer.h"

namespace cooper::layer {

struct StreamSum {
  std::uint32_t crc = 0;
  std::uint64_t size = 0;
  void add(std::span<const std::byte> bytes);
};

// The level meant by `level` (0: the default). Throws base::Error(usage) for a level the compressor
// does not have.
[[nodiscard]] int checked_level(Compression compression, int level);
[[nodiscard]] std::size_t block_size(Compression compression);
[[nodiscard]] std::string stream_prologue(Compression compression);
[[nodiscard]] std::string stream_epilogue(Compression compression, const StreamSum& sum);

// For one thread at a time.
class BlockCompressor {
 public:
  BlockCompressor(Compression compression, int level);
  ~BlockCompressor();
  BlockCompressor(const BlockCompressor&) = delete;
  BlockCompressor& operator=(const BlockCompressor&) = delete;

  // Replaces the content of `out`. `bytes` is not empty.
  void compress(std::span<const std::byte> bytes, std::vector<std::byte>& out);

 private:
  struct Gzip;
  struct Zstd;
  std::unique_ptr<Gzip> gzip_;
  std::unique_ptr<Zstd> zstd_;
};

}  // namespace cooper::layer
