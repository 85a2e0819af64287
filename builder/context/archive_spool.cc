#include "builder/context/archive_spool.h"

#include <fcntl.h>

#include "base/error.h"
#include "builder/layer/layer_reader.h"

namespace cooper::context {

std::optional<layer::ArchiveSpool> try_spool_archive(base::Fd file, const std::string& name,
                                                     const store::Store& store) {
  if (!layer::may_be_archive(file, name)) return std::nullopt;
  const base::Fd directory = store.directory("tmp");
  base::Fd bytes(::openat(directory.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!bytes) base::throw_errno("create a temporary file in", store.path());
  return layer::spool_archive(std::move(file), name, std::move(bytes));
}

}  // namespace cooper::context
