// Whether this machine starts programs of another architecture: by itself, or through an
// interpreter that the kernel's binfmt_misc knows (qemu-user).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/platform.h"

namespace cooper {

// A file of /proc/sys/fs/binfmt_misc that goes by a program's first bytes.
struct BinfmtEntry {
  bool enabled = false;
  std::string interpreter;  // path on this machine
  std::string flags;        // F: opened when it was registered, so it is found in any root
  std::size_t offset = 0;
  std::string magic, mask;  // bytes; an empty mask compares all
};

// nullopt for a text that is no such entry (one that goes by a file name's extension, "status").
[[nodiscard]] std::optional<BinfmtEntry> parse_binfmt(std::string_view text);

// True if the kernel gives a program of `platform` to this interpreter.
[[nodiscard]] bool starts_programs_of(const BinfmtEntry& entry, const oci::Platform& platform);

struct Emulators {
  bool mounted = false;  // binfmt_misc can be seen
  std::vector<BinfmtEntry> entries;
  bool runs_386 = false;  // the kernel starts 32-bit programs of x86 itself

  // What `proc` (the machine's /proc) tells. What cannot be read counts as absent.
  [[nodiscard]] static Emulators read(const std::string& proc = "/proc");

  // nullptr if there is none; one that is not found inside a step is not returned while another is.
  [[nodiscard]] const BinfmtEntry* find(const oci::Platform& platform) const;
};

}  // namespace cooper
