#include "builder/layer/tar_header.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/error.h"
#include "base/path.h"

namespace cooper::layer {
namespace {

constexpr std::uint64_t kMaxOctal7 = 07777777;
constexpr std::uint64_t kMaxOctal11 = 077777777777;
constexpr std::size_t kNameSize = 100;
constexpr std::size_t kPrefixSize = 155;

// The ustar header, POSIX.1-1988. Every field is text.
struct UstarHeader {
  std::array<char, kNameSize> name{};
  std::array<char, 8> mode{}, uid{}, gid{};
  std::array<char, 12> size{}, mtime{};
  std::array<char, 8> checksum{};
  char type = '0';
  std::array<char, kNameSize> link{};
  std::array<char, 8> magic{'u', 's', 't', 'a', 'r', '\0', '0', '0'};
  std::array<char, 32> uname{}, gname{};
  std::array<char, 8> device_major{}, device_minor{};
  std::array<char, kPrefixSize> prefix{};
  std::array<char, 12> unused{};
};
static_assert(sizeof(UstarHeader) == kTarBlock);

template <std::size_t N>
void put_octal(std::array<char, N>& field, std::uint64_t value) {
  for (std::size_t i = N - 1; i-- > 0; value >>= 3) field[i] = static_cast<char>('0' + (value & 7));
  field[N - 1] = '\0';
}

template <std::size_t N>
void put_text(std::array<char, N>& field, std::string_view text) {
  std::copy_n(text.begin(), std::min(text.size(), N), field.begin());
}

void append_block(std::string& out, UstarHeader& header) {
  header.checksum.fill(' ');
  unsigned sum = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(&header);
  for (std::size_t i = 0; i < sizeof header; ++i) sum += bytes[i];
  put_octal(header.checksum, sum);
  header.checksum[7] = ' ';
  std::memmove(header.checksum.data(), header.checksum.data() + 1, 6);  // six digits, NUL, space
  header.checksum[6] = '\0';
  out.append(reinterpret_cast<const char*>(&header), sizeof header);
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Puts `path` into name and prefix; false if it does not fit.
bool put_path(UstarHeader& header, std::string_view path) {
  if (!is_ascii(path)) return false;
  if (path.size() <= kNameSize) {
    put_text(header.name, path);
    return true;
  }
  const std::size_t slash = path.rfind('/', std::min(kPrefixSize, path.size() - 2));
  if (slash == std::string_view::npos || slash == 0 || path.size() - slash - 1 > kNameSize)
    return false;
  put_text(header.prefix, path.substr(0, slash));
  put_text(header.name, path.substr(slash + 1));
  return true;
}

// A pax record counts itself: "<length> <key>=<value>\n".
void append_record(std::string& records, std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (length != rest + std::to_string(length).size())
    length = rest + std::to_string(length).size();
  records += std::to_string(length);
  records += ' ';
  records += key;
  records += '=';
  records += value;
  records += '\n';
}

std::string pax_time(std::int64_t seconds, std::uint32_t nanoseconds) {
  // A pax time is a decimal fraction: -1.25 is 1.25 s before 1970, which we hold as -2 s and
  // 750000000 ns.
  const bool negative = seconds < 0;
  if (negative && nanoseconds > 0) {
    ++seconds;
    nanoseconds = 1000000000U - nanoseconds;
  }
  std::string text = seconds == 0 && negative ? "-0" : std::to_string(seconds);
  if (nanoseconds == 0) return text;
  std::string fraction = std::to_string(nanoseconds);
  fraction.insert(0, 9 - fraction.size(), '0');
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return text + "." + fraction;
}

void put_number(std::array<char, 8>& field, std::uint64_t value, std::string& records,
                std::string_view key) {
  if (value > kMaxOctal7) append_record(records, key, std::to_string(value));
  put_octal(field, value > kMaxOctal7 ? 0 : value);
}

// An ASCII stand-in for readers that know no pax headers.
std::string ascii_name(std::string_view path, std::size_t limit) {
  std::string name;
  for (char c : path.substr(0, limit)) {
    if (static_cast<unsigned char>(c) < 0x80) name += c;
  }
  return name;
}

void append_pax_header(std::string& out, const std::string& records, std::string_view path) {
  UstarHeader header;
  header.type = 'x';
  put_text(header.name, "PaxHeaders.0/" + ascii_name(base::base_name(path), 80));
  put_octal(header.mode, 0644);
  put_octal(header.uid, 0);
  put_octal(header.gid, 0);
  put_octal(header.size, records.size());
  put_octal(header.mtime, 0);
  put_octal(header.device_major, 0);
  put_octal(header.device_minor, 0);
  append_block(out, header);
  out += records;
  out.append(tar_padding(records.size()), '\0');
}

char type_flag(const Entry& entry) {
  switch (entry.type) {
    case EntryType::file:
    case EntryType::whiteout: return '0';
    case EntryType::hardlink: return '1';
    case EntryType::symlink: return '2';
    case EntryType::character: return '3';
    case EntryType::block: return '4';
    case EntryType::directory: return '5';
    case EntryType::fifo: return '6';
    case EntryType::socket: break;
  }
  throw base::Error(base::ErrorKind::unsupported, "write layer entry", entry.path,
                    "a layer cannot hold a socket");
}

void append_header(std::string& out, const Entry& entry, const std::string& path) {
  UstarHeader header;
  std::string records;
  header.type = type_flag(entry);
  if (!put_path(header, path)) {
    append_record(records, "path", path);
    put_text(header.name, ascii_name(path, kNameSize));
  }
  if (entry.link.size() > kNameSize || !is_ascii(entry.link))
    append_record(records, "linkpath", entry.link);
  put_text(header.link, ascii_name(entry.link, kNameSize));
  put_octal(header.mode, entry.mode);
  put_number(header.uid, entry.uid, records, "uid");
  put_number(header.gid, entry.gid, records, "gid");
  if (entry.size > kMaxOctal11) append_record(records, "size", std::to_string(entry.size));
  put_octal(header.size, entry.size > kMaxOctal11 ? 0 : entry.size);
  const bool plain_time = entry.mtime >= 0 &&
                          entry.mtime <= static_cast<std::int64_t>(kMaxOctal11) &&
                          entry.mtime_nanoseconds == 0;
  if (!plain_time) append_record(records, "mtime", pax_time(entry.mtime, entry.mtime_nanoseconds));
  const bool fits = entry.mtime >= 0 && entry.mtime <= static_cast<std::int64_t>(kMaxOctal11);
  put_octal(header.mtime, fits ? static_cast<std::uint64_t>(entry.mtime) : 0);
  put_octal(header.device_major, std::min<std::uint64_t>(entry.device_major, kMaxOctal7));
  put_octal(header.device_minor, std::min<std::uint64_t>(entry.device_minor, kMaxOctal7));
  for (const auto& [name, value] : entry.xattrs)
    append_record(records, "SCHILY.xattr." + name, value);
  if (!records.empty()) append_pax_header(out, records, path);
  append_block(out, header);
}

Entry marker_of(const Entry& entry) {
  Entry marker;
  marker.mtime = entry.mtime;
  marker.mtime_nanoseconds = entry.mtime_nanoseconds;
  return marker;
}

std::string in_directory(std::string_view directory, const std::string& name) {
  return directory.empty() ? name : std::string(directory) + "/" + name;
}

}  // namespace

void append_tar_header(std::string& out, const Entry& entry) {
  const std::string name(base::base_name(entry.path));
  if (name.starts_with(".wh.")) {
    throw base::Error(base::ErrorKind::unsupported, "write layer entry", entry.path,
                      "names that begin with .wh. mean removed files in a layer");
  }
  if (entry.type == EntryType::whiteout) {
    append_header(out, marker_of(entry),
                  in_directory(base::parent_path(entry.path), ".wh." + name));
  } else if (entry.type == EntryType::directory) {
    append_header(out, entry, entry.path.empty() ? "./" : entry.path + "/");
    if (entry.opaque)
      append_header(out, marker_of(entry), in_directory(entry.path, ".wh..wh..opq"));
  } else {
    append_header(out, entry, entry.path);
  }
}

}  // namespace cooper::layer
