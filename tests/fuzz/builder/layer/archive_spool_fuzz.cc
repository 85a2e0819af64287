// Any bytes as an archive of ADD. The first byte chooses: as they are, cut into tar blocks with
// right checksums, or as the list of members that the reading process sends. What is read, sent and
// read again is the same.
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/error.h"
#include "base/sink.h"
#include "builder/layer/archive_spool.h"

namespace {

using namespace cooper;

constexpr std::size_t kBlock = 512;

void repair_checksums(std::string& tar) {
  tar.resize((tar.size() + kBlock - 1) / kBlock * kBlock);
  for (std::size_t at = 0; at < tar.size(); at += kBlock) {
    std::memset(tar.data() + at + 148, ' ', 8);
    unsigned sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i) sum += static_cast<unsigned char>(tar[at + i]);
    std::snprintf(tar.data() + at + 148, 8, "%06o", sum);
  }
}

base::Fd memory_file(const std::string& bytes) {
  base::Fd file(::memfd_create("fuzz", MFD_CLOEXEC));
  if (!file) std::abort();
  base::write_all(file.get(), base::as_bytes(bytes), "fuzz");
  if (::lseek(file.get(), 0, SEEK_SET) != 0) std::abort();
  return file;
}

void check_spool(const layer::ArchiveSpool& spool) {
  struct stat status {};
  if (::fstat(spool.bytes.get(), &status) != 0) std::abort();
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const auto again = layer::parse_spooled_members(layer::serialize(spool.members), size);
  if (again.size() != spool.members.size()) std::abort();
  for (std::size_t i = 0; i < again.size(); ++i) {
    const layer::Entry& entry = again[i].entry;
    if (entry != spool.members[i].entry) std::abort();
    if (entry.type != layer::EntryType::file) continue;
    if (again[i].offset != spool.members[i].offset || again[i].offset + entry.size > size)
      std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    if ((data[0] & 2) != 0) {
      static_cast<void>(layer::parse_spooled_members(bytes, 1 << 20));
      return 0;
    }
    if ((data[0] & 1) != 0) repair_checksums(bytes);
    layer::LayerLimits limits;
    limits.tar_bytes = 1 << 20;
    limits.entries = 1000;
    layer::ArchiveSpool spool;
    spool.bytes = memory_file("");
    if (layer::spool_archive_here(memory_file(bytes), "fuzz", limits, spool)) check_spool(spool);
  } catch (const base::Error&) {
  }
  return 0;
}
