#include "builder/layer/decompressor.h"

#include <doctest/doctest.h>

#include <random>

#include "base/error.h"
#include "builder/layer/block_compressor.h"

namespace cooper::layer {
namespace {

std::string text_of(std::size_t size) {
  std::mt19937 random(3);
  std::string text(size, ' ');
  for (char& c : text) c = static_cast<char>('a' + random() % 7);
  return text;
}

std::string compressed(Compression compression, const std::string& text,
                       std::size_t block = 10000) {
  BlockCompressor compressor(compression, 0);
  std::string out = stream_prologue(compression);
  StreamSum sum;
  std::vector<std::byte> bytes;
  for (std::size_t at = 0; at < text.size(); at += block) {
    const auto part = base::as_bytes(std::string_view(text).substr(at, block));
    sum.add(part);
    compressor.compress(part, bytes);
    out += base::as_text(bytes);
  }
  return out + stream_epilogue(compression, sum);
}

// Gives a few bytes at a time, so that every field is cut in two somewhere.
class Dribble final : public base::Source {
 public:
  Dribble(std::string_view bytes, std::size_t step) : rest_(bytes), step_(step) {}
  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t count = std::min({buffer.size(), rest_.size(), step_});
    std::copy_n(base::as_bytes(rest_).begin(), count, buffer.begin());
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
  std::size_t step_;
};

std::string decompressed(const std::string& bytes, const LayerLimits& limits = {},
                         std::size_t step = 1 << 20, std::size_t out_step = 5000) {
  Dribble source(bytes, step);
  const auto stream = make_decompressor(source, limits, "x", {});
  std::string text;
  std::vector<std::byte> buffer(out_step);
  for (std::size_t count = stream->read(buffer); count > 0; count = stream->read(buffer)) {
    text += base::as_text(std::span<const std::byte>(buffer).first(count));
  }
  return text;
}

base::ErrorKind refusal(const std::string& bytes, const LayerLimits& limits = {}) {
  try {
    static_cast<void>(decompressed(bytes, limits));
  } catch (const base::Error& error) {
    return error.kind();
  }
  FAIL("it was accepted");
  return base::ErrorKind::failure;
}

// security.T23
TEST_CASE("what the block compressor joins is one stream") {
  const std::string text = text_of(40000);
  for (const Compression compression : {Compression::gzip, Compression::zstd, Compression::none}) {
    const std::string bytes =
        compression == Compression::none ? text : compressed(compression, text);
    for (const std::size_t step : {1U, 2U, 3U, 7U, 4096U, 1U << 20})
      CHECK(decompressed(bytes, {}, step) == text);
    CHECK(decompressed(bytes, {}, 100, 1) == text);
  }
}

TEST_CASE("all levels, incompressible and empty input") {
  std::string noise(300000, '\0');
  std::mt19937 random(1);
  for (char& c : noise) c = static_cast<char>(random());
  for (const auto& [compression, levels] :
       {std::pair{Compression::gzip, 3}, std::pair{Compression::zstd, 19}}) {
    CHECK(decompressed(compressed(compression, noise, 1 << 20)) == noise);
    for (int level = 1; level <= levels; level += 2) {
      BlockCompressor compressor(compression, level);
      std::vector<std::byte> bytes;
      compressor.compress(base::as_bytes(noise), bytes);
      CHECK(bytes.size() < noise.size() + 4096);
    }
  }
  CHECK(decompressed(compressed(Compression::gzip, "")).empty());
  CHECK(decompressed("").empty());
}

TEST_CASE("several members or frames are one stream") {
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    const std::string bytes = compressed(compression, "one ") + compressed(compression, "two ") +
                              compressed(compression, "three");
    for (const std::size_t step : {1U, 5U, 1000U})
      CHECK(decompressed(bytes, {}, step) == "one two three");
  }
  const std::string skipped("\x50\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);
  CHECK(decompressed(skipped + compressed(Compression::zstd, "text") + skipped) == "text");
}

TEST_CASE("damage and truncation are noticed") {
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    const std::string bytes = compressed(compression, text_of(5000));
    for (std::size_t size = 8; size < bytes.size(); size += 37)
      CHECK(refusal(bytes.substr(0, size)) == base::ErrorKind::corrupt);
    CHECK(refusal(bytes + "junk") == base::ErrorKind::corrupt);
  }
  std::string bytes = compressed(Compression::gzip, text_of(5000));
  for (std::size_t i = 1; i <= 8; ++i) {
    std::string bad = bytes;
    bad[bad.size() - i] = static_cast<char>(bad[bad.size() - i] ^ 1);
    CHECK(refusal(bad) == base::ErrorKind::corrupt);
  }
}

TEST_CASE("bombs") {
  const std::string zeros(std::size_t{12} << 20, '\0');
  LayerLimits limits;
  limits.ratio_from = std::uint64_t{8} << 20;
  limits.ratio = 100;
  CHECK(refusal(compressed(Compression::gzip, zeros, 1 << 20), limits) == base::ErrorKind::limit);
  CHECK(refusal(compressed(Compression::zstd, zeros, 4 << 20), limits) == base::ErrorKind::limit);
  limits.ratio = 1000000;
  limits.tar_bytes = 10 << 20;
  CHECK(refusal(compressed(Compression::gzip, zeros, 1 << 20), limits) == base::ErrorKind::limit);
  std::string empty_members;
  for (int i = 0; i < 2000; ++i) empty_members += compressed(Compression::gzip, "");
  CHECK(refusal(empty_members) == base::ErrorKind::limit);
  std::string skips;
  for (int i = 0; i < 2000; ++i) skips += std::string("\x50\x2a\x4d\x18\x00\x00\x00\x00", 8);
  CHECK(refusal(skips) == base::ErrorKind::limit);
  // A frame that asks for a window of 2 GiB.
  CHECK(refusal(std::string("\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", 9)) == base::ErrorKind::limit);
}

TEST_CASE("other forms are named") {
  CHECK(refusal("BZh91AY&SY") == base::ErrorKind::unsupported);
  CHECK(refusal(std::string("\xfd"
                            "7zXZ\0\0\0",
                            8)) == base::ErrorKind::unsupported);
  CHECK(refusal("Rar!\x1a\x07") == base::ErrorKind::unsupported);
  CHECK_THROWS_AS(
      check_media_type("application/vnd.oci.image.layer.v1.tar+zstd", Compression::gzip, "x"),
      base::Error);
  CHECK_NOTHROW(check_media_type("application/vnd.docker.image.rootfs.diff.tar.gzip",
                                 Compression::gzip, "x"));
}

}  // namespace
}  // namespace cooper::layer
