#include "builder/layer/member_frames.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace cooper::layer {
namespace {

constexpr char kBegin = 'b', kData = 'd', kEnd = 'e';
constexpr std::size_t kHead = 5;
constexpr std::size_t kMostHeld = std::size_t{256} << 10;

bool read_whole(base::Source& source, std::span<std::byte> into) {
  while (!into.empty()) {
    const std::size_t count = source.read(into);
    if (count == 0) return false;
    into = into.subspan(count);
  }
  return true;
}

[[noreturn]] void fail() {
  throw base::Error(base::ErrorKind::corrupt, "read members of", "a layer", "no such message");
}

}  // namespace

void MemberFrames::put(char what, std::span<const std::byte> bytes) {
  if (held_.size() + bytes.size() > kMostHeld) flush();
  held_.push_back(static_cast<std::byte>(what));
  for (unsigned shift = 0; shift < 32; shift += 8)
    held_.push_back(static_cast<std::byte>(bytes.size() >> shift & 0xff));
  held_.insert(held_.end(), bytes.begin(), bytes.end());
}

void MemberFrames::begin(const std::string& path) { put(kBegin, base::as_bytes(path)); }

void MemberFrames::feed(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(bytes.size(), kMostHeld));
    put(kData, piece);
    bytes = bytes.subspan(piece.size());
  }
}

void MemberFrames::end() { put(kEnd, {}); }

void MemberFrames::flush() {
  sink_.write(held_);
  held_.clear();
}

bool visit_frames(base::Source& source, MemberVisitor& visitor) {
  const std::size_t largest = LayerLimits().header_bytes + kMostHeld;
  std::vector<std::byte> bytes;
  bool inside = false;
  while (true) {
    std::array<std::byte, kHead> head{};
    if (source.read(std::span(head).first(1)) == 0) return !inside;
    if (!read_whole(source, std::span(head).subspan(1))) return false;
    std::size_t size = 0;
    for (std::size_t i = 1; i < kHead; ++i)
      size |= std::to_integer<std::size_t>(head[i]) << (8 * (i - 1));
    if (size > largest) fail();
    bytes.resize(size);
    if (!read_whole(source, bytes)) return false;
    const char what = static_cast<char>(head[0]);
    if (inside != (what != kBegin)) fail();
    switch (what) {
      case kBegin: visitor.begin(std::string(base::as_text(bytes))); break;
      case kData: visitor.feed(bytes); break;
      case kEnd: visitor.end(); break;
      default: fail();
    }
    inside = what != kEnd;
  }
}

}  // namespace cooper::layer
