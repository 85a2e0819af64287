#include "builder/layer/decompressor.h"

#include <isa-l/igzip_lib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <new>
#include <vector>

#include "base/error.h"
#include "base/limits.h"
#include "oci/media_type.h"

namespace cooper::layer {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kInputSize = std::size_t{256} << 10;
constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";

// What all forms share: the input buffer, the limits, the error texts.
class Stream : public Decompressor {
 public:
  Stream(base::Source& inner, const LayerLimits& limits, std::string name, std::stop_token stop)
      : limits_(limits),
        inner_(inner),
        name_(std::move(name)),
        stop_(std::move(stop)),
        buffer_(kInputSize) {}
  Stream(Stream&& other)
      : limits_(other.limits_),
        inner_(other.inner_),
        name_(std::move(other.name_)),
        stop_(std::move(other.stop_)),
        buffer_(std::move(other.buffer_)),
        begin_(other.begin_),
        end_(other.end_),
        taken_(other.taken_) {}

  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) final {
    if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "read layer", name_, "stopped");
    const std::size_t count = decode(buffer);
    given_ += count;
    if (given_ > limits_.tar_bytes) {
      throw base::limit_error(
          base::Limit::layer_bytes, "read layer", name_,
          "it is larger than " + std::to_string(limits_.tar_bytes) + " bytes when decompressed");
    }
    if (given_ > limits_.ratio_from && given_ / limits_.ratio > taken_) {
      throw base::limit_error(base::Limit::layer_ratio, "read layer", name_,
                              "it grows to more than " + std::to_string(limits_.ratio) +
                                  " times its size when decompressed");
    }
    return count;
  }

  [[nodiscard]] Compression compression() const override { return Compression::none; }

  // Bytes not used yet; at least `least` of them unless the input ends before.
  [[nodiscard]] std::span<const std::byte> input(std::size_t least = 1) {
    while (end_ - begin_ < least) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
      const std::size_t count = inner_.read(std::span(buffer_).subspan(end_));
      if (count == 0) break;
      end_ += count;
    }
    return std::span<const std::byte>(buffer_).subspan(begin_, end_ - begin_);
  }

 protected:
  [[nodiscard]] virtual std::size_t decode(std::span<std::byte> buffer) {
    const auto bytes = input();
    const std::size_t count = std::min(bytes.size(), buffer.size());
    std::copy_n(bytes.begin(), count, buffer.begin());
    use(count);
    return count;
  }
  void use(std::size_t count) {
    begin_ += count;
    taken_ += count;
  }
  void count_empty(bool empty) {
    if (empty && ++empty_ > limits_.empty_members) {
      throw base::limit_error(base::Limit::layer_empty_parts, "read layer", name_,
                              "too many compressed parts without content");
    }
  }
  [[noreturn]] void fail(const std::string& cause) const {
    throw Error(ErrorKind::corrupt, "read layer", name_, cause);
  }

  [[nodiscard]] const std::string& name() const { return name_; }

  LayerLimits limits_;

 private:
  base::Source& inner_;
  std::string name_;
  std::stop_token stop_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  std::uint64_t taken_ = 0, given_ = 0;
  std::uint64_t empty_ = 0;
};

class GzipStream final : public Stream {
 public:
  explicit GzipStream(Stream&& plain)
      : Stream(std::move(plain)), state_(std::make_unique<inflate_state>()) {}
  [[nodiscard]] Compression compression() const override { return Compression::gzip; }

 protected:
  [[nodiscard]] std::size_t decode(std::span<std::byte> buffer) override {
    while (true) {
      auto bytes = input();
      if (!in_member_) {
        if (bytes.empty()) return 0;
        begin_member();
        bytes = input();
      }
      const std::size_t count = inflate(bytes, buffer);
      if (count > 0) return count;
    }
  }

 private:
  void begin_member() {
    const auto bytes = input(2);
    if (!base::as_text(bytes).starts_with(kGzipMagic)) fail("bytes after the end of the gzip data");
    isal_inflate_init(state_.get());
    state_->crc_flag = ISAL_GZIP;
    in_member_ = true;
    member_size_ = 0;
  }

  std::size_t inflate(std::span<const std::byte> bytes, std::span<std::byte> buffer) {
    const std::size_t room = std::min<std::size_t>(buffer.size(), std::size_t{1} << 30);
    state_->next_in =
        const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(bytes.data()));
    state_->avail_in = static_cast<std::uint32_t>(bytes.size());
    state_->next_out = reinterpret_cast<std::uint8_t*>(buffer.data());
    state_->avail_out = static_cast<std::uint32_t>(room);
    const int result = isal_inflate(state_.get());
    if (result < 0) fail("its gzip data are damaged (" + std::string(cause_of(result)) + ")");
    const std::size_t used = bytes.size() - state_->avail_in;
    const std::size_t count = room - state_->avail_out;
    use(used);
    member_size_ += count;
    if (state_->block_state == ISAL_BLOCK_FINISH) {
      in_member_ = false;
      count_empty(member_size_ == 0);
    } else if (count == 0 && used == 0) {
      if (!bytes.empty()) fail("its gzip data are damaged");
      fail("its gzip data are cut short");
    }
    return count;
  }

  static const char* cause_of(int result) {
    switch (result) {
      case ISAL_INVALID_WRAPPER: return "bad header";
      case ISAL_UNSUPPORTED_METHOD: return "unknown method";
      case ISAL_INCORRECT_CHECKSUM: return "wrong checksum";
      default: return "bad block";
    }
  }

  std::unique_ptr<inflate_state> state_;
  bool in_member_ = false;
  std::uint64_t member_size_ = 0;
};

class ZstdStream final : public Stream {
 public:
  explicit ZstdStream(Stream&& plain)
      : Stream(std::move(plain)), context_(ZSTD_createDCtx(), &ZSTD_freeDCtx) {
    if (context_ == nullptr) throw std::bad_alloc();
    const ZSTD_bounds bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax);
    const int log = std::clamp(static_cast<int>(std::bit_width(limits_.zstd_window)) - 1,
                               bounds.lowerBound, bounds.upperBound);
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, log);
  }
  [[nodiscard]] Compression compression() const override { return Compression::zstd; }

 protected:
  [[nodiscard]] std::size_t decode(std::span<std::byte> buffer) override {
    while (true) {
      const auto bytes = input();
      if (bytes.empty() && !in_frame_) return 0;
      ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
      ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
      const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in);
      if (ZSTD_getErrorCode(left) == ZSTD_error_frameParameter_windowTooLarge) {
        throw base::limit_error(
            base::Limit::zstd_window_bytes, "read layer", name(),
            "its zstd window is larger than " + std::to_string(limits_.zstd_window) + " bytes");
      }
      if (ZSTD_isError(left) != 0)
        fail(std::string("its zstd data are damaged (") + ZSTD_getErrorName(left) + ")");
      use(in.pos);
      frame_size_ += out.pos;
      in_frame_ = left != 0;
      if (!in_frame_) {
        count_empty(frame_size_ == 0);
        frame_size_ = 0;
      }
      if (out.pos > 0) return out.pos;
      if (bytes.empty()) fail("its zstd data are cut short");
    }
  }

 private:
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context_;
  bool in_frame_ = false;
  std::uint64_t frame_size_ = 0;
};

bool is_zstd(std::string_view start) {
  // A frame, or one of the sixteen kinds of frames to skip.
  const bool skippable = start.size() >= 4 &&
                         (static_cast<unsigned char>(start[0]) & 0xf0) == 0x50 &&
                         start.substr(1, 3) == std::string_view("\x2a\x4d\x18");
  return start.starts_with(kZstdMagic) || skippable;
}

}  // namespace

bool is_compressed(std::string_view start) {
  return start.starts_with(kGzipMagic) || is_zstd(start);
}

std::unique_ptr<Decompressor> make_decompressor(base::Source& inner, const LayerLimits& limits,
                                                const std::string& name, std::stop_token stop) {
  auto plain = std::make_unique<Stream>(inner, limits, name, std::move(stop));
  const std::string_view start = base::as_text(plain->input(8));
  if (start.starts_with(kGzipMagic)) return std::make_unique<GzipStream>(std::move(*plain));
  if (is_zstd(start)) return std::make_unique<ZstdStream>(std::move(*plain));
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kOthers{
      {{"BZh", "bzip2"},
       {"\xfd"
        "7zXZ",
        "xz"},
       {"PK\x03\x04", "zip"},
       {"Rar!", "rar"},
       {"7z\xbc\xaf", "7z"},
       {"LRZI", "lrzip"},
       {"\x04\x22\x4d\x18", "lz4"},
       {"\x1f\x9d", "compress"}}};
  for (const auto& [magic, what] : kOthers) {
    if (start.starts_with(magic)) {
      throw Error(
          ErrorKind::unsupported, "read layer", name,
          "it is " + std::string(what) + "; a layer is tar, tar with gzip or tar with zstd");
    }
  }
  return plain;
}

void check_media_type(const std::string& media_type, Compression compression,
                      const std::string& name) {
  if (!oci::media_type::is_layer(media_type)) return;
  Compression told = Compression::none;
  if (media_type.ends_with("gzip")) told = Compression::gzip;
  if (media_type.ends_with("zstd")) told = Compression::zstd;
  if (told == compression) return;
  throw Error(ErrorKind::corrupt, "read layer", name,
              "its bytes are not " + media_type + " as its descriptor says");
}

}  // namespace cooper::layer
