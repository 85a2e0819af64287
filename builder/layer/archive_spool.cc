#include "builder/layer/archive_spool.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "base/error.h"
#include "base/path.h"
#include "base/sink.h"
#include "builder/layer/layer_messages.h"
#include "builder/layer/layer_process.h"
#include "builder/layer/layer_reader.h"
#include "builder/layer/reading_process.h"

namespace cooper::layer {
namespace {

constexpr std::uint64_t kMaxMembers = std::uint64_t{4} << 30;
constexpr std::size_t kLength = 8;

[[noreturn]] void fail(const std::string& cause) {
  throw base::Error(base::ErrorKind::corrupt, "read members of", "an archive", cause);
}

// The user's own file: only its size is bounded.
LayerLimits archive_limits() {
  LayerLimits limits;
  limits.ratio_from = limits.tar_bytes;
  return limits;
}

bool spool_apart(const base::Fd& file, const std::string& name, ArchiveSpool& spool) {
  const base::Fd members(::memfd_create("archive members", MFD_CLOEXEC));
  if (!members) base::throw_errno("make memory file for", name);
  const ReadingProcess reader;
  sandbox::send_message(reader.control(), kArchive + archive_task_to_json({name, archive_limits()}),
                        std::array{file.get(), spool.bytes.get(), members.get()});
  const std::string answer =
      finished_body(sandbox::receive_message(reader.control()), "read archive", name);
  reader.wait();
  if (answer != kIsArchive) return false;
  struct stat status {};
  if (::fstat(spool.bytes.get(), &status) != 0 || ::lseek(members.get(), 0, SEEK_SET) != 0)
    base::throw_errno("read members of", name);
  base::FdSource bytes(members.duplicate(), name);
  spool.members = parse_spooled_members(base::read_all(bytes, kMaxMembers, name),
                                        static_cast<std::uint64_t>(status.st_size));
  return true;
}

}  // namespace

std::string serialize(const std::vector<SpooledMember>& members) {
  std::string out;
  for (const SpooledMember& member : members) {
    const std::string one = serialize(LayerIndex({member.entry}));
    for (std::size_t i = 0; i < kLength; ++i) out += static_cast<char>(one.size() >> (8 * i));
    out += one;
  }
  return out;
}

std::vector<SpooledMember> parse_spooled_members(std::string_view text, std::uint64_t bytes) {
  std::vector<SpooledMember> members;
  for (std::uint64_t offset = 0; !text.empty();) {
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < kLength && text.size() >= kLength; ++i)
      length |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
    if (text.size() < kLength || length > text.size() - kLength) fail("cut short");
    const LayerIndex one =
        parse_layer_index(text.substr(kLength, static_cast<std::size_t>(length)));
    if (one.entries().size() != 1) fail("not one at a time");
    text.remove_prefix(kLength + static_cast<std::size_t>(length));
    members.push_back({one.entries().front(), offset});
    const Entry& entry = members.back().entry;
    if (entry.type == EntryType::whiteout) fail("a whiteout");
    if (entry.type != EntryType::file) continue;
    if (entry.size > bytes - offset) fail("larger than its bytes");
    offset += entry.size;
  }
  return members;
}

bool spool_archive_here(base::Fd file, const std::string& name, const LayerLimits& limits,
                        ArchiveSpool& spool) {
  base::FdSink sink(spool.bytes.duplicate(), "the bytes of " + name);
  std::uint64_t written = 0;
  return read_archive(std::move(file), name, limits, [&](Entry entry, base::Source* content) {
    SpooledMember member{std::move(entry), written};
    member.entry.path = base::clean_below_root(member.entry.path);
    if (content != nullptr) {
      member.entry.size = base::copy(*content, sink);
      written += member.entry.size;
    }
    spool.members.push_back(std::move(member));
  });
}

std::optional<ArchiveSpool> spool_archive(base::Fd file, const std::string& name, base::Fd bytes) {
  ArchiveSpool spool;
  spool.bytes = std::move(bytes);
  const bool is_archive = reads_layers_apart()
                              ? spool_apart(file, name, spool)
                              : spool_archive_here(std::move(file), name, archive_limits(), spool);
  if (!is_archive) return std::nullopt;
  return spool;
}

}  // namespace cooper::layer
