#include "builder/sandbox/overlay_mount.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/error.h"
#include "builder/sandbox/mount_calls.h"

namespace cooper::sandbox {
namespace {

using base::Error;
using base::ErrorKind;
using base::Fd;
using base::throw_errno;

constexpr std::size_t kMaxLayers = 500;

// What is set explicitly, so that the layer format does not depend on how the kernel's module was
// loaded; "" is a flag.
MountOptions common_options(const Overlay& overlay) {
  MountOptions options{{"index", "off"}, {"metacopy", "off"}};
  if (overlay.userxattr) {
    options.emplace_back("userxattr",
                         "");  // with it redirect_dir is off, and naming that is refused
  } else {
    options.emplace_back("redirect_dir", "off");
  }
  // A step's fsync calls need not reach the disk: its layer is synced as a whole, or thrown away.
  if (!overlay.upper.empty()) options.emplace_back("volatile", "");
  return options;
}

MountOptions options_layer_by_layer(const Overlay& overlay) {
  MountOptions options = common_options(overlay);
  for (const std::string& lower : overlay.lowers) options.emplace_back("lowerdir+", lower);
  if (!overlay.upper.empty()) {
    options.emplace_back("upperdir", overlay.upper);
    options.emplace_back("workdir", overlay.work);
  }
  return options;
}

void link_short(int scratch, const std::string& name, const std::string& target) {
  unlinkat(scratch, name.c_str(), 0);
  if (symlinkat(target.c_str(), scratch, name.c_str()) != 0) throw_errno("link", target);
}

// mount(2) takes all options as one string of at most a page: layers are named relative to the
// scratch directory, which becomes the working directory.
Fd mount_by_string(const Overlay& overlay, int scratch) {
  if (fchdir(scratch) != 0) throw_errno("change directory to", "scratch");
  std::string text;
  for (const auto& [key, value] : common_options(overlay)) {
    text += (text.empty() ? "" : ",") + key + (value.empty() ? "" : "=" + value);
  }
  text += ",lowerdir=";
  for (std::size_t i = 0; i < overlay.lowers.size(); ++i) {
    const std::string name = std::to_string(i);
    link_short(scratch, name, overlay.lowers[i]);
    text += (i == 0 ? "" : ":") + name;
  }
  if (!overlay.upper.empty()) {
    link_short(scratch, "u", overlay.upper);
    link_short(scratch, "w", overlay.work);
    text += ",upperdir=u,workdir=w";
  }
  if (mkdirat(scratch, "mount", 0700) != 0) throw_errno("make", "mount point");
  if (mount("overlay", "mount", "overlay", 0, text.c_str()) != 0) throw_errno("mount overlay", "");
  Fd mount(open_tree(scratch, "mount", OPEN_TREE_CLOEXEC));
  if (!mount) throw_errno("open", "the overlay");
  return mount;
}

// A volatile mount leaves a mark that forbids a second mount; no crash of the machine lies between
// the two.
void clear_volatile_mark(const std::string& work) {
  unlinkat(AT_FDCWD, (work + "/work/incompat/volatile/dirty").c_str(), 0);
  unlinkat(AT_FDCWD, (work + "/work/incompat/volatile").c_str(), AT_REMOVEDIR);
  unlinkat(AT_FDCWD, (work + "/work/incompat").c_str(), AT_REMOVEDIR);
}

}  // namespace

Fd mount_overlay(const Overlay& overlay, int scratch, OverlayInterface interface) {
  if (overlay.lowers.size() > kMaxLayers) {
    throw Error(ErrorKind::limit, "mount overlay", "",
                "more than 500 layers (" + std::to_string(overlay.lowers.size()) + ")");
  }
  if (!overlay.work.empty()) clear_volatile_mark(overlay.work);
  if (interface == OverlayInterface::option_string) return mount_by_string(overlay, scratch);
  try {
    return new_filesystem("overlay", options_layer_by_layer(overlay), 0);
  } catch (const Error& error) {
    // Kernels before 6.7 do not know lowerdir+; some say so only when the mount is made. A path
    // beyond 255 bytes ends here too.
    if (error.system_errno() != EINVAL) throw;
  }
  return mount_by_string(overlay, scratch);
}

}  // namespace cooper::sandbox
