#include "builder/snapshot/tree_times.h"

#include <sys/stat.h>

#include "base/error.h"
#include "base/file_at.h"

namespace cooper::snapshot {

void set_tree_times(int root, const layer::LayerIndex& index) {
  for (const layer::Entry& entry : index.entries()) {
    if (entry.type == layer::EntryType::whiteout) continue;
    const auto file = base::try_open_in_root(root, entry.path, O_PATH | O_NOFOLLOW);
    if (!file) continue;  // the root entry of an empty layer, or a parent only the tar needs
    const timespec time{entry.mtime, static_cast<long>(entry.mtime_nanoseconds)};
    const timespec times[2] = {time, time};
    if (::utimensat(file->get(), "", times, AT_EMPTY_PATH) != 0)
      base::throw_errno("set times of", entry.path);
  }
}

}  // namespace cooper::snapshot
