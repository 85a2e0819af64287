// Tars made byte by byte, also those no honest program writes.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "builder/layer/layer_writer.h"
#include "builder/store/store.h"

namespace cooper::layer::test {

inline std::string octal(std::uint64_t value, std::size_t width) {
  char text[32];
  std::snprintf(text, sizeof text, "%0*llo", static_cast<int>(width - 1),
                static_cast<unsigned long long>(value));
  return std::string(text) + '\0';
}

struct RawMember {
  std::string name;
  char type = '0';
  std::string body = {};
  std::string link = {};
  std::uint32_t mode = 0644;
  std::vector<std::pair<std::string, std::string>> pax = {};
  std::optional<std::string> size_field = {}, uid_field = {}, mtime_field = {}, device_field = {};
};

inline std::string padded(std::string bytes) {
  bytes.resize((bytes.size() + 511) / 512 * 512);
  return bytes;
}

inline void set_checksum(std::string& block) {
  std::memset(block.data() + 148, ' ', 8);
  unsigned sum = 0;
  for (const char c : block.substr(0, 512)) sum += static_cast<unsigned char>(c);
  block.replace(148, 7, octal(sum, 7));
}

inline std::string raw_header(const RawMember& member) {
  std::string block(512, '\0');
  block.replace(0, std::min<std::size_t>(100, member.name.size()), member.name.substr(0, 100));
  block.replace(100, 8, octal(member.mode, 8));
  block.replace(108, 8, member.uid_field.value_or(octal(::geteuid(), 8)));
  block.replace(116, 8, octal(::getegid(), 8));
  block.replace(124, 12, member.size_field.value_or(octal(member.body.size(), 12)));
  block.replace(136, 12, member.mtime_field.value_or(octal(1700000000, 12)));
  block[156] = member.type;
  block.replace(157, std::min<std::size_t>(100, member.link.size()), member.link.substr(0, 100));
  block.replace(257, 8, std::string("ustar\00000", 8));
  block.replace(329, 8, member.device_field.value_or(octal(0, 8)));
  block.replace(337, 8, octal(0, 8));
  set_checksum(block);
  return block;
}

inline std::string pax_record(const std::string& key, const std::string& value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (rest + std::to_string(length).size() != length)
    length = rest + std::to_string(length).size();
  return std::to_string(length) + " " + key + "=" + value + "\n";
}

inline std::string raw_member(const RawMember& member) {
  std::string out;
  if (!member.pax.empty()) {
    RawMember header{"PaxHeaders/x", 'x'};
    for (const auto& [key, value] : member.pax) header.body += pax_record(key, value);
    out += raw_header(header) + padded(header.body);
  }
  return out + raw_header(member) + padded(member.body);
}

inline std::string tar_of(const std::vector<RawMember>& members) {
  std::string out;
  for (const RawMember& member : members) out += raw_member(member);
  return out + std::string(1024, '\0');
}

inline oci::Descriptor store_tar(store::Store& store, const std::string& bytes,
                                 Compression compression = Compression::none) {
  return {std::string(media_type(compression)), store.put_blob(bytes), bytes.size()};
}

}  // namespace cooper::layer::test
