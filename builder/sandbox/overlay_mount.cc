#include "builder/sandbox/overlay_mount.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/sandbox/mount_calls.h"

namespace cooper::sandbox {
namespace {

using base::Error;
using base::ErrorKind;
using base::Fd;

constexpr std::size_t kMaxLayers = 500;

bool set(int context, const char* key, const std::string& value) {
  return fsconfig(context, FSCONFIG_SET_STRING, key, value.c_str(), 0) == 0;
}

// The layer format must not depend on how the kernel's module was loaded.
void set_common(int context, const Overlay& overlay) {
  for (const char* key : {"index", "metacopy", "redirect_dir"}) {
    if (overlay.userxattr && std::string_view(key) == "redirect_dir") continue;  // always off there, and naming it is refused
    if (!set(context, key, "off")) base::throw_errno("set overlay option", key);
  }
  if (overlay.userxattr && fsconfig(context, FSCONFIG_SET_FLAG, "userxattr", nullptr, 0) != 0) {
    base::throw_errno("set overlay option", "userxattr");
  }
  // A step's fsync calls need not reach the disk: its layer is synced as a whole, or thrown away.
  if (!overlay.upper.empty()) fsconfig(context, FSCONFIG_SET_FLAG, "volatile", nullptr, 0);
}

bool set_layers_one_by_one(int context, const Overlay& overlay) {
  for (const std::string& lower : overlay.lowers) {
    if (set(context, "lowerdir+", lower)) continue;
    if (&lower == &overlay.lowers.front() && errno == EINVAL) return false;
    base::throw_errno("add layer", lower);
  }
  if (overlay.upper.empty()) return true;
  if (!set(context, "upperdir", overlay.upper)) base::throw_errno("set upper", overlay.upper);
  if (!set(context, "workdir", overlay.work)) base::throw_errno("set work", overlay.work);
  return true;
}

void link_short(int scratch, const std::string& name, const std::string& target) {
  unlinkat(scratch, name.c_str(), 0);
  if (symlinkat(target.c_str(), scratch, name.c_str()) != 0) base::throw_errno("link", target);
}

// The option string names layers relative to the scratch directory, which becomes the working directory.
void set_layers_as_string(int context, const Overlay& overlay, int scratch) {
  if (fchdir(scratch) != 0) base::throw_errno("change directory to", "scratch");
  std::string lowers;
  for (std::size_t i = 0; i < overlay.lowers.size(); ++i) {
    const std::string name = std::to_string(i);
    link_short(scratch, name, overlay.lowers[i]);
    lowers += (i == 0 ? "" : ":") + name;
  }
  if (!set(context, "lowerdir", lowers)) base::throw_errno("set layers", overlay.lowers.front());
  if (overlay.upper.empty()) return;
  link_short(scratch, "u", overlay.upper);
  link_short(scratch, "w", overlay.work);
  if (!set(context, "upperdir", "u")) base::throw_errno("set upper", overlay.upper);
  if (!set(context, "workdir", "w")) base::throw_errno("set work", overlay.work);
}

// A volatile mount leaves a mark that forbids a second mount; no crash of the machine lies between the two.
void clear_volatile_mark(const std::string& work) {
  unlinkat(AT_FDCWD, (work + "/work/incompat/volatile/dirty").c_str(), 0);
  unlinkat(AT_FDCWD, (work + "/work/incompat/volatile").c_str(), AT_REMOVEDIR);
  unlinkat(AT_FDCWD, (work + "/work/incompat").c_str(), AT_REMOVEDIR);
}

Fd open_context() {
  Fd context(fsopen("overlay", FSOPEN_CLOEXEC));
  if (!context) base::throw_errno("open file system type", "overlay");
  return context;
}

std::string kernel_message(int context) {
  char text[256];
  const ssize_t size = read(context, text, sizeof text);
  return size > 2 ? std::string(text + 2, static_cast<std::size_t>(size) - 2) : std::string();
}

}  // namespace

Fd mount_overlay(const Overlay& overlay, int scratch, OverlayInterface interface) {
  if (overlay.lowers.size() > kMaxLayers) {
    throw Error(ErrorKind::limit, "mount overlay", "",
                "more than 500 layers (" + std::to_string(overlay.lowers.size()) + ")");
  }
  if (!overlay.work.empty()) clear_volatile_mark(overlay.work);
  Fd context = open_context();
  set_common(context.get(), overlay);
  if (interface == OverlayInterface::option_string ||
      !set_layers_one_by_one(context.get(), overlay)) {
    context = open_context();
    set_common(context.get(), overlay);
    set_layers_as_string(context.get(), overlay, scratch);
  }
  if (fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) {
    const int error = errno;
    const std::string message = kernel_message(context.get());
    throw base::system_error("mount overlay", message, error);
  }
  Fd mount(fsmount(context.get(), FSMOUNT_CLOEXEC, 0));
  if (!mount) base::throw_errno("mount overlay", "");
  return mount;
}

}  // namespace cooper::sandbox
