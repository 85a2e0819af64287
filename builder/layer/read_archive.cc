// read_archive: tar files that ADD unpacks.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "base/error.h"
#include "builder/layer/archive_filter.h"
#include "builder/layer/decompressor.h"
#include "builder/layer/layer_member.h"
#include "builder/layer/layer_reader.h"
#include "builder/layer/tar_header.h"
#include "builder/layer/tar_reader.h"

namespace cooper::layer {
namespace {

using base::Error;
using base::ErrorKind;

// A source whose first bytes can be looked at before they are read.
class Peekable final : public base::Source {
 public:
  explicit Peekable(base::Source& inner) : inner_(inner) {}

  // Up to `count` bytes; fewer at the end.
  [[nodiscard]] std::string_view peek(std::size_t count) {
    while (start_.size() < count) {
      std::array<std::byte, kTarBlock> piece{};
      const std::size_t got =
          inner_.read(std::span(piece).first(std::min(piece.size(), count - start_.size())));
      if (got == 0) break;
      start_ += base::as_text(std::span<const std::byte>(piece).first(got));
    }
    return start_;
  }

  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override {
    if (used_ == start_.size()) return inner_.read(buffer);
    const std::size_t count = std::min(buffer.size(), start_.size() - used_);
    std::copy_n(base::as_bytes(start_).begin() + static_cast<std::ptrdiff_t>(used_), count,
                buffer.begin());
    used_ += count;
    return count;
  }

 private:
  base::Source& inner_;
  std::string start_;
  std::size_t used_ = 0;
};

class MemberContent final : public base::Source {
 public:
  explicit MemberContent(TarReader& tar) : tar_(tar) {}
  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override {
    if (rest_.empty()) rest_ = tar_.data();
    const std::size_t count = std::min(buffer.size(), rest_.size());
    std::copy_n(rest_.begin(), count, buffer.begin());
    rest_ = rest_.subspan(count);
    return count;
  }

 private:
  TarReader& tar_;
  std::span<const std::byte> rest_;
};

bool needs_archive_filter(std::string_view start) {
  return start.starts_with("BZh") || start.starts_with(
                                         "\xfd"
                                         "7zXZ");
}

std::unique_ptr<base::Source> make_filter(Peekable& file, const LayerLimits& limits,
                                          const std::string& name) {
  if (needs_archive_filter(file.peek(6))) return make_archive_filter(file, name);
  return make_decompressor(file, limits, name, {});
}

void read_members(base::Source& bytes, const LayerLimits& limits, const std::string& name,
                  const std::function<void(Entry, base::Source*)>& visit) {
  Oddities oddities;
  base::LimitedSource limited(bytes, limits.tar_bytes, name);
  TarReader tar(limited, limits, name);
  while (const TarMember* member = tar.next()) {
    Entry entry = to_archive_entry(*member, limits, name, oddities);
    MemberContent content(tar);
    const bool has_content = entry.type == EntryType::file;
    visit(std::move(entry), has_content ? &content : nullptr);
  }
  tar.drain();
}

}  // namespace

bool may_be_archive(const base::Fd& file, const std::string& name) {
  std::array<std::byte, kTarBlock> block{};
  std::size_t count = 0;
  while (count < block.size()) {
    const ssize_t got =
        ::pread(file.get(), block.data() + count, block.size() - count, static_cast<off_t>(count));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) base::throw_errno("read", name);
    if (got == 0) break;
    count += static_cast<std::size_t>(got);
  }
  const std::string_view start = base::as_text(std::span<const std::byte>(block).first(count));
  return needs_archive_filter(start) || is_compressed(start) || is_tar_header(start);
}

bool read_archive(base::Fd file, const std::string& name, const LayerLimits& limits,
                  const std::function<void(Entry, base::Source*)>& entry) {
  base::FdSource source(std::move(file), name);
  Peekable whole(source);
  std::unique_ptr<base::Source> filtered;
  std::optional<Peekable> bytes;
  try {
    filtered = make_filter(whole, limits, name);
    bytes.emplace(*filtered);
    if (!is_tar_header(bytes->peek(kTarBlock))) return false;
  } catch (const Error& error) {
    // It only began like something compressed, or is of another kind.
    if (error.kind() == ErrorKind::corrupt || error.kind() == ErrorKind::unsupported) return false;
    throw;
  }
  read_members(*bytes, limits, name, entry);
  return true;
}

}  // namespace cooper::layer
