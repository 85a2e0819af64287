#include "builder/context/xattrs.h"

#include <sys/xattr.h>

#include <cerrno>

#include "base/error.h"

namespace cooper::context {
namespace {

constexpr std::size_t kMaxXattrBytes =
    64 * 1024;  // the kernel's own limit for a list and for a value

// The system call's answer; false if there is nothing to have. Throws for any other failure.
bool has_bytes(ssize_t count, const std::string& path) {
  if (count > 0) return true;
  if (count == 0 || errno == ENOTSUP || errno == ENODATA || errno == ENOENT) return false;
  base::throw_errno("read extended attributes of", path);
}

}  // namespace

bool is_copied_xattr(std::string_view name) {
  if (name == "security.capability") return true;
  return name.starts_with("user.") && !name.starts_with("user.overlay.");
}

std::map<std::string, std::string> read_xattrs(int directory, const std::string& name,
                                               const std::string& path) {
  std::map<std::string, std::string> xattrs;
  // There is no such call relative to a directory; the magic link stands for the open descriptor
  // itself.
  const std::string place = "/proc/self/fd/" + std::to_string(directory) + "/" + name;
  char small[512];
  std::string list;
  ssize_t count = ::llistxattr(place.c_str(), small, sizeof small);
  if (count < 0 && errno == ERANGE) {
    list.resize(kMaxXattrBytes);
    count = ::llistxattr(place.c_str(), list.data(), list.size());
  }
  if (!has_bytes(count, path)) return xattrs;
  if (list.empty()) list.assign(small, static_cast<std::size_t>(count));
  list.resize(static_cast<std::size_t>(count));
  for (std::size_t begin = 0; begin < list.size();) {
    const std::string key = list.c_str() + begin;
    begin += key.size() + 1;
    if (!is_copied_xattr(key)) continue;
    std::string value(kMaxXattrBytes, '\0');
    const ssize_t size = ::lgetxattr(place.c_str(), key.c_str(), value.data(), value.size());
    if (size < 0 && errno == ENODATA) continue;
    if (size < 0) base::throw_errno("read extended attribute " + key + " of", path);
    value.resize(static_cast<std::size_t>(size));
    xattrs.emplace(key, std::move(value));
  }
  return xattrs;
}

}  // namespace cooper::context
