#include "builder/sandbox/namespace_cure.h"

#include <fcntl.h>

#include <array>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "base/file_at.h"

namespace cooper::sandbox {
namespace {

struct Setting {
  const char* name;        // of sysctl
  const char* path;        // its file
  const char* forbidding;  // the value that forbids
  const char* allowing;
};

constexpr std::array<Setting, 3> kSettings = {
    {{"user.max_user_namespaces", "/proc/sys/user/max_user_namespaces", "0", "10000"},
     {"kernel.unprivileged_userns_clone", "/proc/sys/kernel/unprivileged_userns_clone", "0", "1"},
     {"kernel.apparmor_restrict_unprivileged_userns",
      "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "0"}}};

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::string user_namespace_cure(const ReadText& read) {
  for (const Setting& setting : kSettings) {
    const auto text = read(setting.path);
    if (text && first_line(*text) == setting.forbidding)
      return std::string("sudo sysctl ") + setting.name + "=" + setting.allowing;
  }
  const std::string status = read("/proc/self/status").value_or("");
  if (status.find("\nSeccomp:\t2") != std::string::npos) {
    return "this container's system call filter forbids user namespaces: start it with "
           "--security-opt "
           "seccomp=unconfined, or run cooper as its root (isolation chroot)";
  }
  return "run cooper as root";
}

std::string user_namespace_cure() {
  return user_namespace_cure([](const std::string& path) -> std::optional<std::string> {
    try {
      return base::try_read_file_at(AT_FDCWD, path, 64U << 10);
    } catch (const base::Error&) {
      return std::nullopt;  // what cannot be read says nothing
    }
  });
}

}  // namespace cooper::sandbox
