// The headers of a tar archive.
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/error.h"
#include "base/path.h"
#include "builder/source/archive_files.h"

namespace cooper::source {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::uint64_t kMaxExtension = 1U << 20;
constexpr std::size_t kMaxMembers = 100'000;

using Block = std::array<unsigned char, kBlock>;

class HeaderReader {
 public:
  HeaderReader(int fd, const std::string& name) : fd_(fd), name_(name) {}

  std::map<std::string, ArchiveMember> read() {
    std::map<std::string, ArchiveMember> out;
    for (std::size_t count = 0; next_block(); ++count) {
      if (count == kMaxMembers)
        throw base::Error(base::ErrorKind::limit, "read archive", name_, "too many members");
      take_member(out);
    }
    return out;
  }

 private:
  [[noreturn]] void refuse(const std::string& cause) const {
    throw base::Error(base::ErrorKind::corrupt, "read archive", name_,
                      cause + " at byte " + std::to_string(at_));
  }

  std::size_t read_at(void* into, std::size_t size, std::uint64_t offset) const {
    std::size_t done = 0;
    while (done < size) {
      const ssize_t count = pread(fd_, static_cast<char*>(into) + done, size - done,
                                  static_cast<off_t>(offset + done));
      if (count == 0) break;
      if (count > 0) done += static_cast<std::size_t>(count);
      if (count < 0 && errno != EINTR) base::throw_errno("read", name_);
    }
    return done;
  }

  // False at the end: a block of zeros, or the end of the file after a whole member.
  bool next_block() {
    const std::size_t count = read_at(block_.data(), kBlock, at_);
    if (at_ == 0) check_uncompressed(count);
    if (count == 0 && at_ > 0) {
      if (data_end_ > file_size()) refuse("the archive ends early");
      return false;
    }
    if (count < kBlock) refuse("the archive ends early");
    if (block_ == Block{}) return false;
    unsigned sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i) sum += i >= 148 && i < 156 ? ' ' : block_[i];
    if (number(148, 8) != sum) refuse("this is no tar header");
    return true;
  }

  [[nodiscard]] std::uint64_t file_size() const {
    struct stat status = {};
    if (fstat(fd_, &status) != 0) base::throw_errno("look at", name_);
    return static_cast<std::uint64_t>(status.st_size);
  }

  void check_uncompressed(std::size_t count) const {
    const auto begins = [&](std::string_view magic) {
      return count >= magic.size() && std::memcmp(block_.data(), magic.data(), magic.size()) == 0;
    };
    for (const std::string_view magic : {"\x1f\x8b", "\x28\xb5\x2f\xfd", "BZh",
                                         "\xfd"
                                         "7zXZ"}) {
      if (!begins(magic)) continue;
      throw base::Error(base::ErrorKind::unsupported, "read archive", name_,
                        "a compressed archive is not supported")
          .with_hint("decompress it first");
    }
  }

  [[nodiscard]] std::string text(std::size_t offset, std::size_t size) const {
    const char* const begin = reinterpret_cast<const char*>(block_.data()) + offset;
    return {begin, strnlen(begin, size)};
  }

  [[nodiscard]] std::uint64_t number(std::size_t offset, std::size_t size) const {
    if ((block_[offset] & 0x80) != 0) {  // GNU: big-endian binary
      std::uint64_t value = 0;
      for (std::size_t i = 1; i < size; ++i) {
        if (value >> 55 != 0) refuse("a number is too large");
        value = value << 8 | block_[offset + i];
      }
      return value;
    }
    std::string digits = text(offset, size);
    const std::size_t first = digits.find_first_not_of(' ');
    if (first == std::string::npos) return 0;
    digits = digits.substr(first, digits.find_last_not_of(' ') - first + 1);
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
    if (error != std::errc{} || end != digits.data() + digits.size())
      refuse("a number is no number");
    return value;
  }

  std::string extension(std::uint64_t size) const {
    if (size > kMaxExtension)
      throw base::Error(base::ErrorKind::limit, "read archive", name_,
                        "an extended header is too large");
    std::string out(size, '\0');
    if (read_at(out.data(), size, at_ + kBlock) != size) refuse("the archive ends early");
    return out;
  }

  // "27 path=some/name\n" ...
  void take_pax(const std::string& records) {
    for (std::string_view rest = records; !rest.empty();) {
      std::size_t length = 0;
      const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), length);
      if (error != std::errc{} || length > rest.size() || length < 4)
        refuse("an extended header is damaged");
      const std::size_t head = static_cast<std::size_t>(end - rest.data()) + 1;
      if (head >= length) refuse("an extended header is damaged");
      const std::string_view record = rest.substr(head, length - head - 1);
      rest.remove_prefix(length);
      const std::size_t equals = record.find('=');
      if (equals == std::string_view::npos) refuse("an extended header is damaged");
      const std::string_view key = record.substr(0, equals);
      const std::string value(record.substr(equals + 1));
      if (key == "path") path_ = value;
      if (key == "linkpath") link_ = value;
      if (key == "size") {
        std::uint64_t size = 0;
        const auto [stop, wrong] = std::from_chars(value.data(), value.data() + value.size(), size);
        if (wrong != std::errc{} || stop != value.data() + value.size())
          refuse("an extended header is damaged");
        size_ = size;
      }
    }
  }

  void take_member(std::map<std::string, ArchiveMember>& out) {
    const char type = static_cast<char>(block_[156]);
    const std::uint64_t header_size = number(124, 12);
    if (type == 'x')
      return skip_extension(header_size, [this](const std::string& bytes) { take_pax(bytes); });
    if (type == 'g') return skip_extension(header_size, [](const std::string&) {});
    if (type == 'L')
      return skip_extension(header_size,
                            [this](const std::string& bytes) { path_ = bytes.c_str(); });
    if (type == 'K')
      return skip_extension(header_size,
                            [this](const std::string& bytes) { link_ = bytes.c_str(); });

    const bool ustar = std::memcmp(block_.data() + 257, "ustar\0", 6) == 0;
    const std::string prefix = ustar ? text(345, 155) : std::string();
    const std::string path =
        path_.value_or(prefix.empty() ? text(0, 100) : prefix + "/" + text(0, 100));
    const std::string clean = base::clean_below_root(path);
    const std::string target = link_.value_or(text(157, 100));
    const bool has_bytes = type == '0' || type == '\0' || type == '7';
    const std::uint64_t size = has_bytes ? size_.value_or(header_size) : 0;
    if (has_bytes) out[clean] = {at_ + kBlock, size};
    if (type == '1') out[clean] = {0, 0, base::clean_below_root(target)};
    if (type == '2') {
      const std::string folder(base::parent_path(clean));
      out[clean] = {0, 0, base::clean_below_root(base::join_path("/" + folder, target))};
    }
    path_.reset();
    link_.reset();
    size_.reset();
    advance(size);
  }

  template <class Take>
  void skip_extension(std::uint64_t size, const Take& take) {
    take(extension(size));
    advance(size);
  }

  void advance(std::uint64_t size) {
    if (size > (std::uint64_t{1} << 62)) refuse("a member is too large");
    data_end_ = at_ + kBlock + size;
    at_ += kBlock + (size + kBlock - 1) / kBlock * kBlock;
  }

  int fd_;
  const std::string& name_;
  Block block_{};
  std::uint64_t at_ = 0;
  std::uint64_t data_end_ = 0;              // of the last member
  std::optional<std::string> path_, link_;  // of an extended header, for the member after it
  std::optional<std::uint64_t> size_;
};

}  // namespace

std::map<std::string, ArchiveMember> read_archive_members(int fd, const std::string& name) {
  return HeaderReader(fd, name).read();
}

}  // namespace cooper::source
