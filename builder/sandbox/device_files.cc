#include "builder/sandbox/device_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/sandbox/mount_calls.h"

namespace cooper::sandbox {
namespace {

using base::Error;
using base::Fd;

struct Device {
  const char* name;
  unsigned major, minor;
};
constexpr std::array<Device, 6> kDevices{{{"null", 1, 3},
                                          {"zero", 1, 5},
                                          {"full", 1, 7},
                                          {"random", 1, 8},
                                          {"urandom", 1, 9},
                                          {"tty", 5, 0}}};

struct Link {
  const char* name;
  const char* target;
};
constexpr std::array<Link, 6> kLinks{{{"fd", "/proc/self/fd"},
                                      {"stdin", "/proc/self/fd/0"},
                                      {"stdout", "/proc/self/fd/1"},
                                      {"stderr", "/proc/self/fd/2"},
                                      {"core", "/proc/kcore"},
                                      {"ptmx", "pts/ptmx"}}};

void bind_device(int dev, const Device& device) {
  const std::string host = std::string("/dev/") + device.name;
  const Fd source = base::open_host(host, O_PATH | O_NOFOLLOW);
  const struct stat status = base::stat_fd(source.get(), host);
  if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(device.major, device.minor)) {
    throw Error(base::ErrorKind::failure, "bind device", host, "it is not that device");
  }
  const Fd file = base::open_at(dev, device.name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0666);
  attach(clone_tree(source.get(), host).get(), file.get(), host);
}

void make_device(int dev, const Device& device) {
  if (mknodat(dev, device.name, S_IFCHR | 0666, makedev(device.major, device.minor)) != 0 ||
      fchmodat(dev, device.name, 0666, 0) != 0) {
    throw base::system_error("make device", std::string("/dev/") + device.name, errno)
        .with_hint("cooper needs the capability CAP_MKNOD for a step's /dev");
  }
}

void mount_in(int dev, const char* name, const Fd& mount) {
  if (mkdirat(dev, name, 0755) != 0) base::throw_errno("make", name);
  attach(mount.get(), base::open_at(dev, name, O_PATH | O_DIRECTORY | O_NOFOLLOW).get(), name);
}

Fd terminals() {
  constexpr auto kAttributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
  MountOptions options{{"newinstance", ""}, {"ptmxmode", "0666"}, {"mode", "0620"}, {"gid", "5"}};
  try {
    return new_filesystem("devpts", options, kAttributes);
  } catch (const Error& error) {
    if (error.system_errno() != EINVAL) throw;
  }
  options.pop_back();  // the group tty is not mapped in this user namespace
  return new_filesystem("devpts", options, kAttributes);
}

void make_links(int dev) {
  for (const Link& link : kLinks) {
    if (symlinkat(link.target, dev, link.name) != 0) base::throw_errno("make link", link.name);
  }
}

}  // namespace

void fill_device_directory(int directory) {
  for (const Device& device : kDevices) make_device(directory, device);
  make_links(directory);
  if (mkdirat(directory, "pts", 0755) != 0 || mkdirat(directory, "shm", 01777) != 0 ||
      fchmodat(directory, "shm", 01777, 0) != 0) {
    base::throw_errno("make", "/dev/shm");
  }
  // A file system mounted without devices makes nodes that nobody can open.
  if (!base::try_open_at(directory, "null", O_RDWR)) {
    throw Error(base::ErrorKind::unsupported, "open", "/dev/null",
                "the file system of the store is mounted without devices (nodev)")
        .with_hint("set COOPER_ROOT to a directory of another file system");
  }
}

Fd make_devices(int target, bool bind_host, std::uint64_t shm_size) {
  Fd mount = new_filesystem("tmpfs", {{"mode", "755"}, {"size", "65536k"}},
                            MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
  attach(mount.get(), target, "/dev");
  const int dev = mount.get();
  for (const Device& device : kDevices) {
    if (bind_host) {
      bind_device(dev, device);
    } else {
      make_device(dev, device);
    }
  }
  make_links(dev);
  constexpr auto kClosed = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  mount_in(dev, "pts", terminals());
  const std::string size = shm_size == 0 ? "65536k" : std::to_string(shm_size);
  mount_in(dev, "shm", new_filesystem("tmpfs", {{"mode", "1777"}, {"size", size}}, kClosed));
  mount_in(dev, "mqueue", new_filesystem("mqueue", {}, kClosed));
  return mount;
}

}  // namespace cooper::sandbox
