#include "builder/layer/tree_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/file_at.h"
#include "base/path.h"
#include "base/sink.h"
#include "builder/sandbox/namespace_cure.h"

namespace cooper::layer {
namespace {

std::array<timespec, 2> times_of(const Entry& entry) {
  timespec time{};
  time.tv_sec = entry.mtime;
  time.tv_nsec = static_cast<long>(entry.mtime_nanoseconds);
  return {time, time};
}

}  // namespace

TreeWriter::TreeWriter(int root, TreeForm form, Oddities& oddities)
    : root_(root),
      form_(form),
      oddities_(oddities),
      chain_(root, [this](const std::string& path) { created_.insert(path); }),
      own_uid_(::geteuid()),
      own_gid_(::getegid()) {}

void TreeWriter::warn(const Entry& entry, const std::string& text) {
  oddities_.add(entry.path, text);
}

int TreeWriter::parent_of(const std::string& path) { return chain_.make(base::parent_path(path)); }

template <class Make>
int TreeWriter::make_new(const char* doing, const std::string& path, const Make& make) {
  const int parent = parent_of(path);
  const std::string name(base::base_name(path));
  int result = make(parent, name.c_str());
  for (int tries = 0; result < 0 && errno == EEXIST && tries < 16; ++tries) {
    chain_.forget(path);
    base::remove_tree_at(parent, name);
    result = make(parent, name.c_str());
  }
  if (result < 0) base::throw_errno(doing, path);
  return result;
}

void TreeWriter::remove(const std::string& path) {
  chain_.forget(path);
  base::remove_tree_at(parent_of(path), std::string(base::base_name(path)));
}

// --- attributes

bool TreeWriter::has_own_owner(const Entry& entry) const {
  // In a directory stack a new file may get its parent's group; there we always say whose it is.
  return form_ != TreeForm::plain && entry.uid == own_uid_ && entry.gid == own_gid_;
}

void TreeWriter::refuse_owner(const Entry& entry) const {
  const int error_number = errno;
  auto error = base::system_error(
      "set owner " + std::to_string(entry.uid) + ":" + std::to_string(entry.gid) + " of",
      entry.path, error_number);
  if (error_number == EINVAL) error.with_hint(sandbox::kMoreIds);
  if (error_number == EPERM) error.with_hint("cooper needs the capability CAP_CHOWN for it");
  throw error;
}

void TreeWriter::set_xattrs(int fd, const Entry& entry) {
  for (const auto& [name, value] : entry.xattrs) {
    if (::fsetxattr(fd, name.c_str(), value.data(), value.size(), 0) == 0) continue;
    if (errno != ENOTSUP && errno != EPERM)
      base::throw_errno("set extended attribute " + name + " of", entry.path);
    warn(entry, "extended attribute " + name + " cannot be kept on this file system");
  }
}

void TreeWriter::set_attributes(int fd, const Entry& entry) {
  // In this order: a change of owner clears setuid bits and capabilities.
  if (!has_own_owner(entry) && ::fchown(fd, entry.uid, entry.gid) != 0) refuse_owner(entry);
  if (::fchmod(fd, entry.mode) != 0) base::throw_errno("set mode of", entry.path);
  set_xattrs(fd, entry);
  if (::futimens(fd, times_of(entry).data()) != 0) base::throw_errno("set time of", entry.path);
}

void TreeWriter::set_link_attributes(int parent, const std::string& name, const Entry& entry) {
  if (!has_own_owner(entry) &&
      ::fchownat(parent, name.c_str(), entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) != 0) {
    refuse_owner(entry);
  }
  if (::utimensat(parent, name.c_str(), times_of(entry).data(), AT_SYMLINK_NOFOLLOW) != 0) {
    base::throw_errno("set time of", entry.path);
  }
}

// --- entries

void TreeWriter::make_symlink(const Entry& entry) {
  make_new("create link", entry.path, [&](int parent, const char* name) {
    return ::symlinkat(entry.link.c_str(), parent, name);
  });
  set_link_attributes(parent_of(entry.path), std::string(base::base_name(entry.path)), entry);
}

void TreeWriter::make_special(const Entry& entry) {
  mode_t type = S_IFIFO;
  if (entry.type == EntryType::character) type = S_IFCHR;
  if (entry.type == EntryType::block) type = S_IFBLK;
  const dev_t device = type == S_IFIFO ? 0 : makedev(entry.device_major, entry.device_minor);
  const int parent = parent_of(entry.path);
  const std::string name(base::base_name(entry.path));
  chain_.forget(entry.path);
  if (form_ == TreeForm::plain) base::remove_tree_at(parent, name);
  if (::mknodat(parent, name.c_str(), type | 0600, device) != 0) {
    if (errno != EPERM || type == S_IFIFO) base::throw_errno("create device", entry.path);
    warn(entry,
         "a device cannot be made without privileges: it is in the image, but not among these "
         "files");
    return;
  }
  // No link is there, so this changes the node just made and nothing else. (fchmodat has no
  // AT_SYMLINK_NOFOLLOW here.)
  const base::Fd node = base::open_at(parent, name, O_PATH);
  const std::string self = "/proc/self/fd/" + std::to_string(node.get());
  if (!has_own_owner(entry) && ::fchownat(node.get(), "", entry.uid, entry.gid, AT_EMPTY_PATH) != 0)
    refuse_owner(entry);
  if (::fchmodat(AT_FDCWD, self.c_str(), entry.mode, 0) != 0)
    base::throw_errno("set mode of", entry.path);
  if (::utimensat(AT_FDCWD, self.c_str(), times_of(entry).data(), 0) != 0)
    base::throw_errno("set time of", entry.path);
}

void TreeWriter::make_hardlink(const Entry& entry) {
  // Two chains would cost more than one duplicated descriptor, and links are few.
  const base::Fd source(::fcntl(chain_.open(base::parent_path(entry.link)), F_DUPFD_CLOEXEC, 3));
  if (!source.valid()) base::throw_errno("open directory of", entry.link);
  const std::string target(base::base_name(entry.link));
  make_new("create hard link", entry.path, [&](int parent, const char* name) {
    return ::linkat(source.get(), target.c_str(), parent, name, 0);
  });
}

void TreeWriter::create_file(const Entry& entry) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  file_ = base::Fd(make_new("create file", entry.path, [](int parent, const char* name) {
    return ::openat(parent, name, kFlags, 0600);
  }));
  file_path_ = entry.path;
}

void TreeWriter::write_content(std::span<const std::byte> bytes) {
  base::write_all(file_.get(), bytes, file_path_);
}

void TreeWriter::close_file(const Entry& entry) {
  set_attributes(file_.get(), entry);
  file_.reset();
}

// --- what hides things of lower layers

// Plain directories: the lower layer's things are really there and go, except what this layer has
// put in their place.
void TreeWriter::remove_lower(const std::string& directory, const LayerTree::Nodes& nodes) {
  const base::Fd fd(::fcntl(chain_.make(directory), F_DUPFD_CLOEXEC, 3));
  if (!fd.valid()) base::throw_errno("open directory", directory);
  for (const std::string& name : base::list_directory(fd.get(), directory)) {
    const std::string path = directory.empty() ? name : directory + "/" + name;
    const auto node = nodes.find(path);
    if (node == nodes.end()) {
      remove(path);
    } else if (node->second.entry.type == EntryType::directory) {
      remove_lower(path, nodes);
    }
  }
}

void TreeWriter::hide(const Entry& entry, const LayerTree::Nodes& nodes) {
  if (form_ == TreeForm::plain) {
    if (entry.type == EntryType::whiteout) {
      remove(entry.path);
    } else {
      remove_lower(entry.path, nodes);
    }
    return;
  }
  if (entry.type == EntryType::whiteout) {
    make_new("create whiteout", entry.path, [](int parent, const char* name) {
      return ::mknodat(parent, name, S_IFCHR, makedev(0, 0));
    });
    return;
  }
  const char* attribute =
      form_ == TreeForm::overlay ? "trusted.overlay.opaque" : "user.overlay.opaque";
  if (::fsetxattr(chain_.make(entry.path), attribute, "y", 1, 0) != 0) {
    base::throw_errno(std::string("set ") + attribute + " of", entry.path);
  }
}

void TreeWriter::finish(const LayerTree::Nodes& nodes,
                        const std::function<bool(const std::string&)>& written,
                        const std::function<Entry(const std::string&)>& implied) {
  // Children first: a directory's mode may forbid to enter it.
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    const Entry& entry = node->second.entry;
    if (entry.type != EntryType::directory) continue;
    if (!node->second.implied) {
      if (!written(entry.path)) continue;
      set_attributes(chain_.open(entry.path), entry);
    } else if (created_.count(entry.path) > 0) {
      set_attributes(chain_.open(entry.path), implied(entry.path));
    }
  }
  // The root of an unpacked layer is the root of every stack it is on top of.
  if (form_ != TreeForm::plain && nodes.count("") == 0) set_attributes(root_, implied(""));
}

}  // namespace cooper::layer
