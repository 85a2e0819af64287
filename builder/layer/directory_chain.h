// Open directories beneath a root, the last path's chain kept open: neighbouring paths cost one
// look-up. Every step is one component, never through a link, so nothing outside the root is ever
// reached, whatever else changes the tree meanwhile.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace cooper::layer {

class DirectoryChain {
 public:
  // `root` outlives the chain. `created` (if set) is called with the path of each directory made on
  // the way.
  explicit DirectoryChain(int root, std::function<void(const std::string&)> created = {})
      : root_(root), created_(std::move(created)) {}

  // The descriptor of a directory (clean relative path), good until the next call. Throws if a part
  // of it is absent or no directory.
  [[nodiscard]] int open(std::string_view directory) { return walk(directory, false); }
  // The same; absent parts are made with mode 0700, and what is no directory is replaced by one.
  [[nodiscard]] int make(std::string_view directory) { return walk(directory, true); }
  // To be called before `path` is removed or replaced.
  void forget(std::string_view path);

 private:
  struct Level {
    std::string path;
    base::Fd fd;
  };
  [[nodiscard]] int walk(std::string_view directory, bool make);
  [[nodiscard]] base::Fd enter(int parent, const std::string& name, const std::string& path,
                               bool make);

  int root_;
  std::function<void(const std::string&)> created_;
  std::vector<Level> levels_;
};

}  // namespace cooper::layer
