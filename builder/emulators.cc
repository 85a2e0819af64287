#include "builder/emulators.h"

#include <array>
#include <charconv>

#include "base/error.h"
#include "base/file_at.h"

namespace cooper {
namespace {

constexpr std::size_t kHeader = 20;  // what entries look at of an ELF file
constexpr std::uint64_t kMaxEntry = 64U << 10;

// How the ELF header of a program says what it is for.
struct ElfMachine {
  std::string_view architecture;
  unsigned char bits;   // 1: 32, 2: 64
  unsigned char order;  // 1: little endian, 2: big endian
  unsigned char number;
};
constexpr std::array<ElfMachine, 9> kMachines = {{{"386", 1, 1, 3},
                                                  {"amd64", 2, 1, 62},
                                                  {"arm", 1, 1, 40},
                                                  {"arm64", 2, 1, 183},
                                                  {"mips64le", 2, 1, 8},
                                                  {"ppc64le", 2, 1, 21},
                                                  {"riscv64", 2, 1, 243},
                                                  {"s390x", 2, 2, 22},
                                                  {"mips64", 2, 2, 8}}};

std::optional<std::string> program_header(const oci::Platform& platform) {
  for (const ElfMachine& machine : kMachines) {
    if (machine.architecture != platform.architecture) continue;
    std::string bytes(kHeader, '\0');
    bytes.replace(0, 4,
                  "\x7f"
                  "ELF");
    bytes[4] = static_cast<char>(machine.bits);
    bytes[5] = static_cast<char>(machine.order);
    bytes[6] = 1;
    const bool little = machine.order == 1;
    bytes[little ? 16 : 17] = 2;  // an executable
    bytes[little ? 18 : 19] = static_cast<char>(machine.number);
    return bytes;
  }
  return std::nullopt;
}

std::optional<std::string> from_hex(std::string_view text) {
  std::string bytes;
  if (text.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned value = 0;
    const auto [end, status] = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
    if (status != std::errc() || end != text.data() + i + 2) return std::nullopt;
    bytes += static_cast<char>(value);
  }
  return bytes;
}

// The rest of the line that begins with `name`, or nullopt.
std::optional<std::string_view> field(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with(name)) return line.substr(name.size());
  }
  return std::nullopt;
}

bool exists(const std::string& path) {
  try {
    static_cast<void>(base::open_host(path, O_PATH));
    return true;
  } catch (const base::Error&) {
    return false;
  }
}

}  // namespace

std::optional<BinfmtEntry> parse_binfmt(std::string_view text) {
  const auto interpreter = field(text, "interpreter ");
  const auto magic = field(text, "magic ");
  if (!interpreter || !magic) return std::nullopt;
  BinfmtEntry entry;
  entry.enabled = text.starts_with("enabled\n");
  entry.interpreter = *interpreter;
  entry.flags = field(text, "flags: ").value_or("");
  const std::string_view offset = field(text, "offset ").value_or("0");
  const auto [end, status] =
      std::from_chars(offset.data(), offset.data() + offset.size(), entry.offset);
  const auto bytes = from_hex(*magic);
  const auto mask = from_hex(field(text, "mask ").value_or(""));
  if (status != std::errc() || end != offset.data() + offset.size() || !bytes || !mask)
    return std::nullopt;
  if (!mask->empty() && mask->size() != bytes->size()) return std::nullopt;
  entry.magic = *bytes;
  entry.mask = *mask;
  return entry;
}

bool starts_programs_of(const BinfmtEntry& entry, const oci::Platform& platform) {
  const auto header = program_header(platform);
  if (!header || !entry.enabled || entry.magic.empty()) return false;
  if (entry.offset + entry.magic.size() > header->size()) return false;
  for (std::size_t i = 0; i < entry.magic.size(); ++i) {
    const auto mask = static_cast<unsigned char>(entry.mask.empty() ? 0xff : entry.mask[i]);
    const int difference = (*header)[entry.offset + i] ^ entry.magic[i];
    if ((difference & mask) != 0) return false;
  }
  return true;
}

Emulators Emulators::read(const std::string& proc) {
  Emulators found;
  found.runs_386 = exists(proc + "/sys/abi/vsyscall32");
  const std::string directory = proc + "/sys/fs/binfmt_misc";
  try {
    const base::Fd opened = base::open_host_directory(directory);
    for (const std::string& name : base::list_directory(opened.get(), directory)) {
      if (name == "register") continue;
      if (name == "status") found.mounted = true;
      const auto text = base::try_read_file_at(opened.get(), name, kMaxEntry);
      if (!text) continue;
      if (auto entry = parse_binfmt(*text)) found.entries.push_back(*std::move(entry));
    }
  } catch (const base::Error&) {  // NOLINT(bugprone-empty-catch): not mounted, or not to be read
  }
  return found;
}

const BinfmtEntry* Emulators::find(const oci::Platform& platform) const {
  const BinfmtEntry* found = nullptr;
  for (const BinfmtEntry& entry : entries) {
    if (!starts_programs_of(entry, platform)) continue;
    if (entry.flags.find('F') != std::string::npos) return &entry;
    found = &entry;
  }
  return found;
}

}  // namespace cooper
