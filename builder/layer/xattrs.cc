#include "builder/layer/xattrs.h"

#include <sys/xattr.h>

#include <array>
#include <cerrno>
#include <vector>

#include "base/error.h"
#include "builder/layer/layer_member.h"

namespace cooper::layer {
namespace {

constexpr std::size_t kMaxValue = std::size_t{64} << 10;  // the kernel's own limit

}  // namespace

std::optional<std::string> try_read_xattr(int fd, const std::string& name,
                                          const std::string& path) {
  std::array<char, 256> small{};
  ssize_t size = ::fgetxattr(fd, name.c_str(), small.data(), small.size());
  if (size >= 0) return std::string(small.data(), static_cast<std::size_t>(size));
  if (errno == ENODATA || errno == ENOTSUP) return std::nullopt;
  if (errno == ERANGE) {
    std::string large(kMaxValue, '\0');
    size = ::fgetxattr(fd, name.c_str(), large.data(), large.size());
    if (size >= 0) return large.substr(0, static_cast<std::size_t>(size));
  }
  base::throw_errno("read extended attribute " + name + " of", path);
}

std::map<std::string, std::string> read_kept_xattrs(int fd, const std::string& path) {
  std::array<char, 1024> small{};
  std::string names;
  ssize_t size = ::flistxattr(fd, small.data(), small.size());
  if (size > 0) names.assign(small.data(), static_cast<std::size_t>(size));
  if (size < 0 && errno == ERANGE) {
    names.resize(kMaxValue);
    size = ::flistxattr(fd, names.data(), names.size());
    if (size >= 0) names.resize(static_cast<std::size_t>(size));
  }
  if (size < 0 && errno != ENOTSUP) base::throw_errno("list extended attributes of", path);
  std::map<std::string, std::string> kept;
  for (std::size_t begin = 0; begin < names.size();) {
    const std::string name = names.c_str() + begin;
    begin += name.size() + 1;
    if (!is_kept_xattr(name)) continue;
    if (auto value = try_read_xattr(fd, name, path)) kept[name] = std::move(*value);
  }
  return kept;
}

}  // namespace cooper::layer
