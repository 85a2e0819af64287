// A tar archive as LayoutFiles: its headers are read once, its members by offset. Untrusted input.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "builder/source/layout_files.h"

namespace cooper::source {

// Regular members by clean path; links inside the archive are resolved (docker save writes some).
// Throws base::Error: corrupt; unsupported for a compressed archive.
[[nodiscard]] std::shared_ptr<LayoutFiles> open_layout_archive(const std::string& path);

struct ArchiveMember {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::string link = {};  // not empty: stands for that member
};
// ustar, GNU and pax headers; the last member of a name counts. `name` is for error texts.
[[nodiscard]] std::map<std::string, ArchiveMember> read_archive_members(int fd,
                                                                        const std::string& name);

}  // namespace cooper::source
