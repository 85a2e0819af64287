// A tar stream -> its members: v7, ustar, GNU long names and base-256 numbers, pax. Untrusted
// input, read as Go's archive/tar reads it, so that we see what docker sees. Names and times are
// given as they are; what they may be is decided by layer_member.h.
//
// Refused by name: sparse files, multi-volume archives and other kinds of members a layer has no
// use for.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "builder/layer/layer_limits.h"

namespace cooper::layer {

struct TarMember {
  std::string name;
  std::string link;
  char type = '0';  // '0' file, '1' hard link, '2' symlink, '3' character, '4' block, '5'
                    // directory, '6' fifo
  std::uint32_t mode = 0;
  std::int64_t uid = 0, gid = 0;
  std::uint64_t size = 0;  // of the data that follow; 0 for anything but a file
  std::int64_t mtime = 0;
  std::uint32_t mtime_nanoseconds = 0;
  std::uint32_t device_major = 0, device_minor = 0;
  std::map<std::string, std::string> xattrs;  // SCHILY.xattr.*
  std::string warning;                        // what is odd about it, empty if nothing
};

// Whether a block could be the first of a tar.
[[nodiscard]] bool is_tar_header(std::string_view block);

class TarReader {
 public:
  // `source` outlives the reader. `name` is for error texts.
  TarReader(base::Source& source, const LayerLimits& limits, std::string name);

  // The next member, what is left of the one before is skipped; nullptr at the end of the archive.
  // Valid until the next call.
  [[nodiscard]] const TarMember* next();
  // The next bytes of the member's data, never more than are left; empty at their end. Valid until
  // the next call.
  [[nodiscard]] std::span<const std::byte> data();
  // Reads the source to its end and throws the bytes away.
  void drain();
  // False if the archive just stopped, without the two zero blocks that end one.
  [[nodiscard]] bool has_end_marker() const noexcept { return end_marker_; }

 private:
  struct Extension;
  void parse_header(std::string_view block, std::int64_t size);
  [[nodiscard]] bool fill(std::size_t least);
  [[nodiscard]] std::optional<std::string_view> read_block();
  [[nodiscard]] std::string read_body(std::uint64_t size);
  void skip(std::uint64_t count);
  void read_extension(char type, std::uint64_t size, Extension& extension);
  void apply(Extension& extension);
  void finish_member();
  [[noreturn]] void fail(const std::string& cause) const;

  base::Source& source_;
  LayerLimits limits_;
  std::string name_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  std::uint64_t left_ = 0;   // data of the member not given yet
  std::size_t padding_ = 0;  // after the data
  std::uint64_t members_ = 0;
  bool end_marker_ = false;
  bool done_ = false;
  TarMember member_;
};

}  // namespace cooper::layer
