#include "builder/layer/block_compressor.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>
#include <vector>

namespace cooper::layer {
namespace {

std::vector<std::byte> noise(std::size_t size) {
  std::mt19937 random(1);
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

// A block that ends with what it began with: a match is there to be found or to be missed.
std::vector<std::byte> block_with_a_late_match() {
  std::vector<std::byte> bytes = noise(600);
  std::copy(bytes.begin(), bytes.begin() + 40, bytes.end() - 100);
  return bytes;
}

TEST_CASE("what a block becomes does not depend on where the compressor lies in memory") {
  const auto block = block_with_a_late_match();
  for (const int level : {1, 2, 3}) {
    CAPTURE(level);
    std::vector<std::unique_ptr<std::byte[]>> between;  // each compressor gets another address
    std::set<std::vector<std::byte>> forms;
    std::vector<std::byte> out;
    for (int i = 0; i < 4000; ++i) {
      between.emplace_back(new std::byte[65536]);
      BlockCompressor(Compression::gzip, level).compress(block, out);
      forms.insert(out);
    }
    CHECK(forms.size() == 1);
  }
}

TEST_CASE("a compressor's earlier blocks leave no trace in the next") {
  const auto block = block_with_a_late_match();
  const auto other = noise(300'000);
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    std::vector<std::byte> first, again;
    BlockCompressor(compression, 0).compress(block, first);
    BlockCompressor used(compression, 0);
    used.compress(other, again);
    used.compress(block, again);
    CHECK(again == first);
  }
}

TEST_CASE("blocks of a few bytes are compressed too") {
  for (std::size_t size = 1; size < 40; ++size) {
    CAPTURE(size);
    std::vector<std::byte> out;
    BlockCompressor(Compression::gzip, 1).compress(noise(size), out);
    CHECK(out.size() >= size);
  }
}

}  // namespace
}  // namespace cooper::layer
