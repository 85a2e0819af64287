#include "builder/layer/block_compressor.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <new>

#include "base/error.h"

namespace cooper::layer {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

[[noreturn]] void fail(const std::string& cause) {
  throw Error(ErrorKind::failure, "compress layer", "", cause);
}

std::uint32_t level_buffer_size(int level) {
  constexpr std::array<std::uint32_t, 4> kSizes{ISAL_DEF_LVL0_DEFAULT, ISAL_DEF_LVL1_DEFAULT,
                                                ISAL_DEF_LVL2_DEFAULT, ISAL_DEF_LVL3_DEFAULT};
  return kSizes.at(static_cast<std::size_t>(level));
}

void append_little_endian(std::string& out, std::uint32_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift);
}

}  // namespace

void StreamSum::add(std::span<const std::byte> bytes) {
  crc = crc32_gzip_refl(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  size += bytes.size();
}

int checked_level(Compression compression, int level) {
  const auto choose = [&](const char* name, int standard, int highest) {
    if (level == 0) return standard;
    if (level >= 1 && level <= highest) return level;
    throw Error(ErrorKind::usage, "compress layer", std::to_string(level),
                std::string(name) + " has the levels 1 to " + std::to_string(highest));
  };
  switch (compression) {
    case Compression::none: return 0;
    case Compression::gzip: return choose("gzip", 1, 3);
    case Compression::zstd: return choose("zstd", 3, 19);
  }
  return 0;
}

std::size_t block_size(Compression compression) {
  return compression == Compression::zstd ? 4 * kMebibyte : kMebibyte;
}

std::string stream_prologue(Compression compression) {
  if (compression != Compression::gzip) return {};
  // Deflate, no flags, no time, no extra flags, unknown system.
  return std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);
}

std::string stream_epilogue(Compression compression, const StreamSum& sum) {
  if (compression != Compression::gzip) return {};
  std::string out("\x03\x00", 2);  // a last block without content
  append_little_endian(out, sum.crc);
  append_little_endian(out, static_cast<std::uint32_t>(sum.size));
  return out;
}

struct BlockCompressor::Gzip {
  explicit Gzip(int level_) : level(level_), buffer(level_buffer_size(level_)) {}

  void compress(std::span<const std::byte> bytes, std::vector<std::byte>& out) {
    out.resize(bytes.size() + bytes.size() / 256 + 4096);  // never more than stored blocks take
    isal_deflate_init(&stream);
    stream.level = static_cast<std::uint32_t>(level);
    stream.level_buf = buffer.data();
    stream.level_buf_size = static_cast<std::uint32_t>(buffer.size());
    stream.gzip_flag = IGZIP_DEFLATE;
    stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream.avail_out = static_cast<std::uint32_t>(out.size());
    // ISA-L 2.30 hashes the third byte of a history from a register that still holds the address of
    // `stream`, so what it finds depends on where that lies. Sixteen bytes are few enough to go
    // another way through the library, and with them the history is begun.
    const std::size_t head = std::min<std::size_t>(bytes.size(), 16);
    add(bytes.first(head), SYNC_FLUSH);
    if (bytes.size() > head) add(bytes.subspan(head), FULL_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }

  void add(std::span<const std::byte> bytes, std::uint16_t flush) {
    stream.flush = flush;
    stream.next_in = const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(bytes.data()));
    stream.avail_in = static_cast<std::uint32_t>(bytes.size());
    if (isal_deflate(&stream) != COMP_OK || stream.avail_in != 0) fail("ISA-L refused a block");
  }

  int level;
  std::vector<std::uint8_t> buffer;
  isal_zstream stream{};
};

struct BlockCompressor::Zstd {
  explicit Zstd(int level_) : level(level_), context(ZSTD_createCCtx()) {
    if (context == nullptr) throw std::bad_alloc();
  }
  ~Zstd() { ZSTD_freeCCtx(context); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

  void compress(std::span<const std::byte> bytes, std::vector<std::byte>& out) const {
    out.resize(ZSTD_compressBound(bytes.size()));
    const std::size_t size =
        ZSTD_compressCCtx(context, out.data(), out.size(), bytes.data(), bytes.size(), level);
    if (ZSTD_isError(size) != 0) fail(ZSTD_getErrorName(size));
    out.resize(size);
  }

  int level;
  ZSTD_CCtx* context;
};

BlockCompressor::BlockCompressor(Compression compression, int level) {
  level = checked_level(compression, level);
  if (compression == Compression::gzip) gzip_ = std::make_unique<Gzip>(level);
  if (compression == Compression::zstd) zstd_ = std::make_unique<Zstd>(level);
}

BlockCompressor::~BlockCompressor() = default;

void BlockCompressor::compress(std::span<const std::byte> bytes, std::vector<std::byte>& out) {
  if (gzip_) gzip_->compress(bytes, out);
  if (zstd_) zstd_->compress(bytes, out);
  if (!gzip_ && !zstd_) out.assign(bytes.begin(), bytes.end());
}

}  // namespace cooper::layer
