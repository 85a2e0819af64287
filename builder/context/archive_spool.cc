#include "builder/context/archive_spool.h"

#include <fcntl.h>

#include "base/error.h"
#include "base/file_at.h"
#include "base/path.h"
#include "base/sink.h"
#include "builder/layer/layer_reader.h"

namespace cooper::context {
namespace {

base::Fd open_spool(const store::Store& store) {
  const base::Fd directory = store.directory("tmp");
  const int fd = ::openat(directory.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) base::throw_errno("create a temporary file in", store.path());
  return base::Fd(fd);
}

}  // namespace

std::optional<ArchiveSpool> try_spool_archive(base::Fd file, const std::string& name,
                                              const store::Store& store) {
  base::FdSink sink(open_spool(store), store.path() + "/cooper/tmp");
  ArchiveSpool spool;
  std::uint64_t written = 0;
  const bool is_archive =
      layer::read_archive(std::move(file), name, [&](layer::Entry entry, base::Source* content) {
        SpooledMember member{std::move(entry), written};
        member.entry.path = base::clean_below_root(member.entry.path);
        if (content != nullptr) {
          member.entry.size = base::copy(*content, sink);
          written += member.entry.size;
        }
        spool.members.push_back(std::move(member));
      });
  if (!is_archive) return std::nullopt;
  spool.bytes = sink.fd().duplicate();
  return spool;
}

}  // namespace cooper::context
