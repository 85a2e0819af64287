// LayerIndex: the binary form. 8 bytes magic with the version, 8 bytes CRC-64 of the rest, then the
// entries in order: paths as (length shared with the path before, rest), numbers as base-128, times
// as differences, absent fields left out.
#include <isa-l/crc64.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "builder/layer/layer_index.h"

namespace cooper::layer {
namespace {

constexpr std::string_view kMagic = "cooplix\x01";
constexpr std::size_t kHeader = 16;
constexpr std::uint64_t kMaxPath = 4095;

enum Field : std::uint64_t {
  kTypeMask = 0x0f,
  kContent = 1U << 4,
  kOpaque = 1U << 5,
  kXattrs = 1U << 6,
  kOwner = 1U << 7,
  kSize = 1U << 8,
  kLink = 1U << 9,
  kDevice = 1U << 10,
  kNanoseconds = 1U << 11,
  kAllFields = (1U << 12) - 1,
};

[[noreturn]] void fail(const std::string& cause) {
  throw base::Error(base::ErrorKind::corrupt, "read layer index", "", cause);
}

std::uint64_t checksum(std::string_view bytes) {
  return crc64_ecma_refl(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

class Writer {
 public:
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  void raw(std::string_view text) { bytes_ += text; }
  void text(std::string_view text) {
    number(text.size());
    raw(text);
  }
  void entry(const Entry& entry);
  [[nodiscard]] std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
  std::string_view last_path_;
  std::uint64_t last_time_ = 0;
};

std::uint64_t fields_of(const Entry& entry) {
  auto fields = static_cast<std::uint64_t>(entry.type);
  if (entry.content) fields |= kContent;
  if (entry.opaque) fields |= kOpaque;
  if (!entry.xattrs.empty()) fields |= kXattrs;
  if (entry.uid != 0 || entry.gid != 0) fields |= kOwner;
  if (entry.size != 0) fields |= kSize;
  if (!entry.link.empty()) fields |= kLink;
  if (entry.device_major != 0 || entry.device_minor != 0) fields |= kDevice;
  if (entry.mtime_nanoseconds != 0) fields |= kNanoseconds;
  return fields;
}

void Writer::entry(const Entry& entry) {
  const std::size_t limit = std::min(entry.path.size(), last_path_.size());
  const auto shared = static_cast<std::size_t>(
      std::mismatch(last_path_.begin(), last_path_.begin() + static_cast<std::ptrdiff_t>(limit),
                    entry.path.begin())
          .first -
      last_path_.begin());
  number(shared);
  text(std::string_view(entry.path).substr(shared));
  last_path_ = entry.path;
  const std::uint64_t fields = fields_of(entry);
  number(fields);
  number(entry.mode);
  const auto time = static_cast<std::uint64_t>(entry.mtime);
  number(zigzag(static_cast<std::int64_t>(time - last_time_)));  // wraps round, and back when read
  last_time_ = time;
  if ((fields & kNanoseconds) != 0) number(entry.mtime_nanoseconds);
  if ((fields & kOwner) != 0) {
    number(entry.uid);
    number(entry.gid);
  }
  if ((fields & kSize) != 0) number(entry.size);
  if ((fields & kLink) != 0) text(entry.link);
  if ((fields & kDevice) != 0) {
    number(entry.device_major);
    number(entry.device_minor);
  }
  if ((fields & kXattrs) != 0) {
    number(entry.xattrs.size());
    for (const auto& [name, value] : entry.xattrs) {
      text(name);
      text(value);
    }
  }
  if (entry.content) {
    raw({reinterpret_cast<const char*>(entry.content->data()), entry.content->size()});
  }
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] std::size_t left() const { return rest_.size(); }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) fail("cut short");
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    fail("a number is too long");
  }
  std::uint32_t small_number() {
    const std::uint64_t value = number();
    if (value > UINT32_MAX) fail("a number is too large");
    return static_cast<std::uint32_t>(value);
  }
  std::string_view raw(std::uint64_t size) {
    if (size > rest_.size()) fail("cut short");
    const std::string_view text = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(static_cast<std::size_t>(size));
    return text;
  }
  std::string_view text() { return raw(number()); }

  void entry(Entry& entry);

 private:
  void path(Entry& entry);

  std::string_view rest_;
  std::string_view last_path_;
  bool first_ = true;
  std::uint64_t last_time_ = 0;
};

// `from`: what is before it was checked as a part of the path before.
bool is_clean(std::string_view path, std::size_t from) {
  if (path.find('\0', from) != std::string_view::npos) return false;
  from =
      from == 0 ? 0 : path.rfind('/', from - 1) + 1;  // the component it is in, from its beginning
  for (std::size_t begin = from; begin <= path.size() && !path.empty();) {
    const std::size_t slash = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, slash - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = slash + 1;
  }
  return true;
}

void Reader::path(Entry& entry) {
  const std::uint64_t shared = number();
  const std::string_view rest = text();
  if (shared > last_path_.size() || shared + rest.size() > kMaxPath) fail("a path is malformed");
  entry.path.reserve(static_cast<std::size_t>(shared) + rest.size());
  entry.path.append(last_path_.substr(0, static_cast<std::size_t>(shared))).append(rest);
  if (!first_ && !path_less(last_path_, entry.path)) fail("the paths are not in order");
  if (!is_clean(entry.path, static_cast<std::size_t>(shared))) fail("a path is malformed");
  first_ = false;
  last_path_ = entry.path;
}

void Reader::entry(Entry& entry) {
  path(entry);
  const std::uint64_t fields = number();
  if ((fields & kTypeMask) > static_cast<std::uint64_t>(EntryType::whiteout) ||
      fields > kAllFields) {
    fail("an entry is of unknown type");
  }
  entry.type = static_cast<EntryType>(fields & kTypeMask);
  entry.mode = small_number();
  if (entry.mode > 07777) fail("a mode is out of range");
  last_time_ += static_cast<std::uint64_t>(unzigzag(number()));
  entry.mtime = static_cast<std::int64_t>(last_time_);
  if ((fields & kNanoseconds) != 0) entry.mtime_nanoseconds = small_number();
  if (entry.mtime_nanoseconds >= 1000000000) fail("a time is out of range");
  if ((fields & kOwner) != 0) {
    entry.uid = small_number();
    entry.gid = small_number();
  }
  if ((fields & kSize) != 0) entry.size = number();
  if ((fields & kLink) != 0) entry.link = text();
  if ((fields & kDevice) != 0) {
    entry.device_major = small_number();
    entry.device_minor = small_number();
  }
  if ((fields & kXattrs) != 0) {
    for (std::uint64_t count = number(); count > 0; --count) {
      const std::string_view name = text();
      entry.xattrs[std::string(name)] = text();
    }
  }
  entry.opaque = (fields & kOpaque) != 0;
  if ((fields & kContent) != 0) {
    entry.content.emplace();
    std::memcpy(entry.content->data(), raw(entry.content->size()).data(), entry.content->size());
  }
}

}  // namespace

std::string serialize(const LayerIndex& index) {
  Writer out;
  out.bytes().reserve(kHeader + index.entries().size() * 80);
  out.bytes().assign(kHeader, '\0');
  out.number(index.entries().size());
  for (const Entry& entry : index.entries()) out.entry(entry);
  std::string bytes = std::move(out.bytes());
  const std::uint64_t sum = checksum(std::string_view(bytes).substr(kHeader));
  std::memcpy(bytes.data(), kMagic.data(), kMagic.size());
  for (std::size_t i = 0; i < 8; ++i) bytes[8 + i] = static_cast<char>(sum >> (8 * i));
  return bytes;
}

LayerIndex parse_layer_index(std::string_view bytes) {
  if (bytes.size() < kHeader || !bytes.starts_with(kMagic))
    fail("not a layer index of this version");
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    sum |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[8 + i])) << (8 * i);
  }
  if (checksum(bytes.substr(kHeader)) != sum) fail("its checksum is wrong");
  Reader in(bytes.substr(kHeader));
  const std::uint64_t count = in.number();
  if (count > in.left()) fail("cut short");  // an entry takes more than one byte
  std::vector<Entry> entries(static_cast<std::size_t>(count));
  for (Entry& entry : entries) in.entry(entry);
  if (in.left() != 0) fail("it has trailing bytes");
  return LayerIndex(std::move(entries));
}

}  // namespace cooper::layer
