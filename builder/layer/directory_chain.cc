#include "builder/layer/directory_chain.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/file_at.h"

namespace cooper::layer {
namespace {

constexpr int kOpenFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

bool is_at_or_below(std::string_view path, std::string_view directory) {
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

}  // namespace

base::Fd DirectoryChain::enter(int parent, const std::string& name, const std::string& path,
                               bool make) {
  for (int tries = 0; tries < 16; ++tries) {
    base::Fd fd(::openat(parent, name.c_str(), kOpenFlags));
    if (fd.valid()) return fd;
    if (!make || (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)) break;
    if (errno != ENOENT) base::remove_tree_at(parent, name);
    if (::mkdirat(parent, name.c_str(), 0700) == 0) {
      if (created_) created_(path);
    } else if (errno != EEXIST) {
      break;
    }
  }
  base::throw_errno(make ? "create directory" : "open directory", path);
}

int DirectoryChain::walk(std::string_view directory, bool make) {
  while (!levels_.empty() && !is_at_or_below(directory, levels_.back().path)) levels_.pop_back();
  std::size_t begin = levels_.empty() ? 0 : levels_.back().path.size() + 1;
  while (begin < directory.size()) {
    const std::size_t end = std::min(directory.find('/', begin), directory.size());
    const int parent = levels_.empty() ? root_ : levels_.back().fd.get();
    std::string path(directory.substr(0, end));
    base::Fd fd = enter(parent, std::string(directory.substr(begin, end - begin)), path, make);
    levels_.push_back(Level{std::move(path), std::move(fd)});
    begin = end + 1;
  }
  return levels_.empty() ? root_ : levels_.back().fd.get();
}

void DirectoryChain::forget(std::string_view path) {
  while (!levels_.empty() && is_at_or_below(levels_.back().path, path)) levels_.pop_back();
}

}  // namespace cooper::layer
