#include "builder/engine/tree_copy.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file_at.h"
#include "base/path.h"
#include "base/sink.h"

namespace cooper::engine {
namespace {

using layer::EntryType;

void set_attributes(int fd, const layer::Entry& entry) {
  if (::fchownat(fd, "", entry.uid, entry.gid, AT_EMPTY_PATH) != 0)
    base::throw_errno("set owner of", entry.path);
  const timespec time{entry.mtime, static_cast<long>(entry.mtime_nanoseconds)};
  const timespec times[2] = {time, time};
  if (::utimensat(fd, "", times, AT_EMPTY_PATH) != 0) base::throw_errno("set times of", entry.path);
}

void copy_file(layer::FileTree& tree, const layer::Entry& entry, int parent,
               const std::string& name) {
  base::FdSink sink(base::open_at(parent, name, O_WRONLY | O_CREAT | O_EXCL, 0600), name);
  if (entry.size != 0) {  // what is empty may be a socket, which cannot be opened
    base::FdSource source(tree.open(entry), entry.path);
    base::copy(source, sink);
  }
  set_attributes(sink.fd().get(), entry);
  if (::fchmod(sink.fd().get(), entry.mode) != 0) base::throw_errno("set mode of", entry.path);
}

// As COPY does: a socket arrives as an empty file.
void copy_special(const layer::Entry& entry, int parent, const std::string& name) {
  const mode_t type = entry.type == EntryType::fifo        ? S_IFIFO
                      : entry.type == EntryType::character ? S_IFCHR
                      : entry.type == EntryType::block     ? S_IFBLK
                                                           : S_IFREG;
  const dev_t device =
      type == S_IFCHR || type == S_IFBLK ? makedev(entry.device_major, entry.device_minor) : 0;
  if (::mknodat(parent, name.c_str(), type | 0600, device) != 0)
    base::throw_errno("create special file", entry.path);
  const base::Fd made = base::open_at(parent, name, O_PATH | O_NOFOLLOW);
  set_attributes(made.get(), entry);
  if (::fchmodat(parent, name.c_str(), entry.mode, 0) != 0)
    base::throw_errno("set mode of", entry.path);
}

void copy_entry(layer::FileTree& tree, const layer::Entry& entry, int root,
                const std::string& path) {
  const std::string parent_name(base::parent_path(path));
  const base::Fd parent = base::open_in_root(root, parent_name, O_RDONLY | O_DIRECTORY);
  const std::string name(base::base_name(path));
  switch (entry.type) {
    case EntryType::file: copy_file(tree, entry, parent.get(), name); return;
    case EntryType::directory: {
      if (::mkdirat(parent.get(), name.c_str(), 0700) != 0)
        base::throw_errno("create directory", path);
      const base::Fd made = base::open_at(parent.get(), name, O_RDONLY | O_DIRECTORY);
      set_attributes(made.get(), entry);
      if (::fchmod(made.get(), entry.mode) != 0) base::throw_errno("set mode of", path);
      return;
    }
    case EntryType::symlink:
      if (::symlinkat(entry.link.c_str(), parent.get(), name.c_str()) != 0)
        base::throw_errno("create link", path);
      return;
    default: copy_special(entry, parent.get(), name); return;
  }
}

void copy_below(layer::FileTree& tree, const std::string& source, int root,
                const std::string& top) {
  const std::string meant = tree.resolve(source, true);
  if (!tree.find(meant)) {
    throw base::Error(base::ErrorKind::not_found, "mount", source,
                      "not found in the " + tree.name());
  }
  tree.walk(meant, [&](const layer::Entry& entry) {
    const std::string below = entry.path.substr(std::min(meant.size(), entry.path.size()));
    const std::string path = base::clean_below_root(top + "/" + below);
    if (!path.empty()) copy_entry(tree, entry, root, path);
    return true;
  });
}

}  // namespace

std::string copy_tree(layer::FileTree& tree, const std::string& source, int directory) {
  copy_below(tree, source, directory, "source");
  return "source";
}

void copy_tree_into(layer::FileTree& tree, const std::string& source, int directory) {
  copy_below(tree, source, directory, "");
}

}  // namespace cooper::engine
