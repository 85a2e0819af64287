#include "builder/layer/tar_reader.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/limits.h"
#include "builder/layer/tar_header.h"
#include "builder/layer/tar_numbers.h"

namespace cooper::layer {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kBufferSize = std::size_t{256} << 10;

std::string_view field(std::string_view block, std::size_t offset, std::size_t size) {
  return block.substr(offset, size);
}

std::string_view text_field(std::string_view block, std::size_t offset, std::size_t size) {
  const std::string_view text = field(block, offset, size);
  return text.substr(0, text.find('\0'));
}

bool is_zero(std::string_view block) {
  return std::all_of(block.begin(), block.end(), [](char c) { return c == '\0'; });
}

// Old writers summed signed bytes.
bool has_good_checksum(std::string_view block) {
  const auto told = parse_tar_number(field(block, 148, 8));
  std::int64_t with_unsigned = 0;
  std::int64_t with_signed = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const char c = i >= 148 && i < 156 ? ' ' : block[i];
    with_unsigned += static_cast<unsigned char>(c);
    with_signed += static_cast<signed char>(c);
  }
  return told && (*told == with_unsigned || *told == with_signed);
}

bool is_extension(char type) { return type == 'x' || type == 'g' || type == 'L' || type == 'K'; }

}  // namespace

bool is_tar_header(std::string_view block) {
  return block.size() == kTarBlock && !is_zero(block) && has_good_checksum(block);
}

// What the headers before a member's own say about it.
struct TarReader::Extension {
  std::optional<std::string> name, link;
  std::optional<std::int64_t> size, uid, gid;
  std::optional<PaxTime> mtime;
  std::map<std::string, std::string> xattrs;
  void record(std::string_view key, std::string_view value, const TarReader& reader);
};

TarReader::TarReader(base::Source& source, const LayerLimits& limits, std::string name)
    : source_(source), limits_(limits), name_(std::move(name)), buffer_(kBufferSize) {}

void TarReader::fail(const std::string& cause) const {
  throw Error(ErrorKind::corrupt, "read layer", name_, cause);
}

bool TarReader::fill(std::size_t least) {
  if (end_ - begin_ >= least) return true;
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  while (end_ < least) {
    const std::size_t count = source_.read(std::span(buffer_).subspan(end_));
    if (count == 0) return false;
    end_ += count;
  }
  return true;
}

// nullopt at the end of the source, if that is between two blocks. The view is good until the next
// fill().
std::optional<std::string_view> TarReader::read_block() {
  if (!fill(kTarBlock)) {
    if (begin_ != end_) fail("the tar is cut short");
    return std::nullopt;
  }
  const std::string_view block =
      base::as_text(std::span<const std::byte>(buffer_).subspan(begin_, kTarBlock));
  begin_ += kTarBlock;
  return block;
}

void TarReader::skip(std::uint64_t count) {
  while (count > 0) {
    if (begin_ == end_ && !fill(1)) fail("the tar is cut short");
    const std::uint64_t part = std::min<std::uint64_t>(count, end_ - begin_);
    begin_ += static_cast<std::size_t>(part);
    count -= part;
  }
}

std::string TarReader::read_body(std::uint64_t size) {
  if (size > limits_.header_bytes) {
    throw base::limit_error(
        base::Limit::layer_header_bytes, "read layer", name_,
        "a tar header is larger than " + std::to_string(limits_.header_bytes) + " bytes");
  }
  std::string body;
  while (body.size() < size) {
    if (begin_ == end_ && !fill(1)) fail("the tar is cut short");
    const std::size_t part =
        std::min<std::size_t>(static_cast<std::size_t>(size) - body.size(), end_ - begin_);
    body += base::as_text(std::span<const std::byte>(buffer_).subspan(begin_, part));
    begin_ += part;
  }
  skip(tar_padding(size));
  return body;
}

void TarReader::Extension::record(std::string_view key, std::string_view value,
                                  const TarReader& reader) {
  constexpr std::string_view kXattr = "SCHILY.xattr.";
  if (key.starts_with("GNU.sparse.")) {
    throw Error(ErrorKind::unsupported, "read layer", reader.name_, "it has a sparse file");
  }
  if (key.starts_with(kXattr)) {
    if (value.size() > reader.limits_.xattr_bytes || xattrs.size() >= reader.limits_.xattrs) {
      const bool large = value.size() > reader.limits_.xattr_bytes;
      throw base::limit_error(large ? base::Limit::layer_xattr_bytes : base::Limit::layer_xattrs,
                              "read layer", reader.name_,
                              "a member has too many or too large extended attributes");
    }
    xattrs[std::string(key.substr(kXattr.size()))] = value;
    return;
  }
  if (value.empty()) return;  // as if it were not there
  const auto number = [&] {
    const auto parsed = parse_decimal(value);
    if (!parsed) reader.fail("a pax header has a bad " + std::string(key));
    return parsed;
  };
  if (key == "path") name = value;
  if (key == "linkpath") link = value;
  if (key == "size") size = number();
  if (key == "uid") uid = number();
  if (key == "gid") gid = number();
  if (key == "mtime") {
    mtime = parse_pax_time(value);
    if (!mtime) reader.fail("a pax header has a bad mtime");
  }
}

void TarReader::read_extension(char type, std::uint64_t size, Extension& extension) {
  std::string body = read_body(size);
  if (type == 'L' || type == 'K') {
    body.resize(std::min(body.size(), body.find('\0')));
    (type == 'L' ? extension.name : extension.link) = std::move(body);
    return;
  }
  std::string_view records = body;
  while (!records.empty()) {
    const auto record = take_pax_record(records);
    if (!record) fail("a pax header is malformed");
    // A global header would speak of all that follow; nobody's layers use one, and Go's reader
    // leaves it to the caller too.
    if (type == 'x') extension.record(record->first, record->second, *this);
  }
}

const TarMember* TarReader::next() {
  if (done_) return nullptr;
  skip(left_);
  skip(padding_);
  left_ = padding_ = 0;
  Extension extension;
  bool extended = false;
  while (true) {
    const auto block = read_block();
    if (!block || is_zero(*block)) {
      if (extended) fail("the tar ends after a header that belongs to a member");
      if (block) {
        const auto second = read_block();
        if (second && !is_zero(*second)) fail("a zero block is in the middle of the tar");
        end_marker_ = second.has_value();
      }
      done_ = true;
      return nullptr;
    }
    if (++members_ > limits_.entries) {
      throw base::limit_error(base::Limit::layer_entries, "read layer", name_,
                              "more than " + std::to_string(limits_.entries) + " members");
    }
    if (!has_good_checksum(*block))
      fail(members_ == 1 ? "it is not a tar" : "a tar header has a wrong checksum");
    const char type = (*block)[156];
    const auto size = parse_tar_number(field(*block, 124, 12));
    if (!size || *size < 0) fail("a tar header has a bad size");
    if (!is_extension(type)) {
      parse_header(*block, *size);
      break;
    }
    extended = true;
    read_extension(type, static_cast<std::uint64_t>(*size), extension);
  }
  apply(extension);
  finish_member();
  return &member_;
}

void TarReader::parse_header(std::string_view block, std::int64_t size) {
  member_ = TarMember();
  const auto number = [&](std::size_t offset, std::size_t length, const char* what) {
    const auto value = parse_tar_number(field(block, offset, length));
    if (!value) fail(std::string("a tar header has a bad ") + what);
    return *value;
  };
  member_.name = text_field(block, 0, 100);
  member_.link = text_field(block, 157, 100);
  member_.type = block[156] == '\0' ? '0' : block[156];
  if (block[156] == '\0' && member_.name.ends_with('/'))
    member_.type = '5';  // as in the oldest form
  member_.mode = static_cast<std::uint32_t>(number(100, 8, "mode") & 07777);
  member_.uid = number(108, 8, "uid");
  member_.gid = number(116, 8, "gid");
  member_.size = static_cast<std::uint64_t>(size);
  member_.mtime = number(136, 12, "mtime");
  const std::string_view magic = field(block, 257, 8);
  const bool posix = magic.starts_with(std::string_view("ustar\0", 6));
  const bool gnu = magic == std::string_view("ustar  \0", 8);
  if (member_.type == '3' || member_.type == '4') {
    if (!posix && !gnu) fail("a device has no numbers");
    member_.device_major = static_cast<std::uint32_t>(number(329, 8, "device number"));
    member_.device_minor = static_cast<std::uint32_t>(number(337, 8, "device number"));
  }
  if (!posix) return;
  const bool star = field(block, 508, 4) == std::string_view("tar\0", 4);
  const std::string_view prefix = text_field(block, 345, star ? 131 : 155);
  if (!prefix.empty()) member_.name = std::string(prefix) + "/" + member_.name;
}

void TarReader::apply(Extension& extension) {
  if (extension.name) member_.name = std::move(*extension.name);
  if (extension.link) member_.link = std::move(*extension.link);
  if (extension.uid) member_.uid = *extension.uid;
  if (extension.gid) member_.gid = *extension.gid;
  if (extension.mtime) {
    member_.mtime = extension.mtime->seconds;
    member_.mtime_nanoseconds = extension.mtime->nanoseconds;
  }
  member_.xattrs = std::move(extension.xattrs);
  if (!extension.size) return;
  if (*extension.size < 0) fail("a pax header has a bad size");
  const auto size = static_cast<std::uint64_t>(*extension.size);
  if (member_.size != 0 && member_.size != size) {
    member_.warning = "two headers tell different sizes: that of the pax header counts";
  }
  member_.size = size;
}

void TarReader::finish_member() {
  switch (member_.type) {
    case '0': break;
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6': member_.size = 0; break;
    case 'S':
      throw Error(ErrorKind::unsupported, "read layer", name_,
                  "it has a sparse file, '" + member_.name + "'");
    default:
      throw Error(ErrorKind::unsupported, "read layer", name_,
                  "'" + member_.name + "' is of tar type '" + std::string(1, member_.type) + "'");
  }
  if (member_.size > limits_.tar_bytes) {
    throw base::limit_error(base::Limit::layer_bytes, "read layer", name_,
                            "'" + member_.name + "' is too large");
  }
  left_ = member_.size;
  padding_ = tar_padding(member_.size);
}

std::span<const std::byte> TarReader::data() {
  if (left_ == 0) return {};
  if (begin_ == end_ && !fill(1)) fail("the tar is cut short");
  const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, end_ - begin_));
  const auto bytes = std::span<const std::byte>(buffer_).subspan(begin_, count);
  begin_ += count;
  left_ -= count;
  return bytes;
}

void TarReader::drain() {
  // An image of a disk begins as an empty tar does.
  const bool only_zeros = done_ && members_ == 0;
  auto rest = std::span<const std::byte>(buffer_).subspan(begin_, end_ - begin_);
  begin_ = end_ = 0;
  do {
    if (only_zeros && !is_zero(base::as_text(rest))) fail("it is not a tar");
    rest = std::span<const std::byte>(buffer_).first(source_.read(buffer_));
  } while (!rest.empty());
}

}  // namespace cooper::layer
