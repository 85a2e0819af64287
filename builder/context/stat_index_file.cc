#include "builder/context/stat_index_file.h"

#include <algorithm>
#include <concepts>
#include <cstring>
#include <limits>

namespace cooper::context {
namespace {

constexpr std::string_view kMagic = "cooper stat index 1\n";
constexpr std::size_t kDigestSize = 32;

template <std::integral Number>
void put(std::string& out, Number number) {
  auto bits = static_cast<std::uint64_t>(number);
  for (std::size_t i = 0; i < sizeof(Number); ++i, bits >>= 8)
    out += static_cast<char>(bits & 0xff);
}

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

// Reads fields front to back; after a field that is not there ok() is false and all values are zero
// or empty.
class FieldReader {
 public:
  explicit FieldReader(std::string_view rest) : rest_(rest) {}

  std::string_view bytes(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  template <std::integral Number>
  Number number() {
    std::uint64_t bits = 0;
    const std::string_view taken = bytes(sizeof(Number));
    for (std::size_t i = taken.size(); i > 0; --i) {
      bits = (bits << 8) | static_cast<unsigned char>(taken[i - 1]);
    }
    return static_cast<Number>(bits);
  }

  std::string_view text() { return bytes(number<std::uint32_t>()); }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::string digest_of(std::string_view bytes) {
  base::Sha256 hash;
  hash.update(bytes);
  const base::Sha256Bytes digest = hash.finish();
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string_view read_path_and_skip(FieldReader& reader) {
  const std::string_view path = reader.text();
  reader.bytes(5 * sizeof(std::uint64_t) + sizeof(std::uint32_t) + kDigestSize);
  for (auto left = reader.number<std::uint32_t>(); left > 0 && reader.ok(); --left) {
    reader.text();
    reader.text();
  }
  return path;
}

}  // namespace

std::optional<StatIndexFile> StatIndexFile::try_parse(std::string bytes) {
  if (bytes.size() < kMagic.size() + kDigestSize || !bytes.starts_with(kMagic)) return std::nullopt;
  if (bytes.size() > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  const std::size_t end = bytes.size() - kDigestSize;
  if (digest_of(std::string_view(bytes).substr(0, end)) != bytes.substr(end)) return std::nullopt;
  StatIndexFile file;
  FieldReader reader(std::string_view(bytes).substr(kMagic.size(), end - kMagic.size()));
  std::string_view previous;
  while (!reader.at_end()) {
    const std::size_t offset = end - reader.left();
    const std::string_view path = read_path_and_skip(reader);
    if (!reader.ok() || (!file.offsets_.empty() && path <= previous)) return std::nullopt;
    file.offsets_.push_back(static_cast<std::uint32_t>(offset));
    previous = path;
  }
  file.bytes_ = std::move(bytes);
  return file;
}

std::string_view StatIndexFile::path(std::size_t at) const {
  return FieldReader(std::string_view(bytes_).substr(offsets_[at])).text();
}

std::optional<std::size_t> StatIndexFile::find(std::string_view wanted) const {
  std::size_t low = 0;
  std::size_t high = offsets_.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (path(middle) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == offsets_.size() || path(low) != wanted) return std::nullopt;
  return low;
}

StatIndexEntry StatIndexFile::entry(std::size_t at) const {
  FieldReader reader(std::string_view(bytes_).substr(offsets_[at]));
  StatIndexEntry entry;
  entry.path = reader.text();
  entry.stamp.device = reader.number<std::uint64_t>();
  entry.stamp.inode = reader.number<std::uint64_t>();
  entry.stamp.size = reader.number<std::uint64_t>();
  entry.stamp.mtime = reader.number<std::int64_t>();
  entry.stamp.ctime = reader.number<std::int64_t>();
  entry.stamp.mode = reader.number<std::uint32_t>();
  const std::string_view digest = reader.bytes(kDigestSize);
  std::memcpy(entry.file.digest.data(), digest.data(), digest.size());
  for (auto left = reader.number<std::uint32_t>(); left > 0; --left) {
    std::string name(reader.text());
    entry.file.xattrs.emplace(std::move(name), reader.text());
  }
  return entry;
}

std::string serialize_stat_index(std::vector<StatIndexEntry> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const StatIndexEntry& a, const StatIndexEntry& b) { return a.path < b.path; });
  std::string out(kMagic);
  const std::string* previous = nullptr;
  for (const StatIndexEntry& entry : entries) {
    if (previous != nullptr && *previous == entry.path) continue;
    previous = &entry.path;
    put_text(out, entry.path);
    put(out, entry.stamp.device);
    put(out, entry.stamp.inode);
    put(out, entry.stamp.size);
    put(out, entry.stamp.mtime);
    put(out, entry.stamp.ctime);
    put(out, entry.stamp.mode);
    out.append(reinterpret_cast<const char*>(entry.file.digest.data()), entry.file.digest.size());
    put(out, static_cast<std::uint32_t>(entry.file.xattrs.size()));
    for (const auto& [name, value] : entry.file.xattrs) {
      put_text(out, name);
      put_text(out, value);
    }
  }
  return out + digest_of(out);
}

}  // namespace cooper::context
