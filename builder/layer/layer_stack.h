// A stack of layer indexes seen as one file system: whiteouts and opaque directories applied.
// Look-ups only; nothing is merged beforehand, so making a stack costs nothing. Immutable, so any
// number of threads may use one. A hard link whose target no layer has is an Error(corrupt).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/layer/layer_index.h"

namespace cooper::layer {

struct Found {
  // Never a whiteout. A hardlink is resolved to the entry that holds the content, and a directory
  // no layer has an entry for is an implied 0755 0:0 one: in both cases entry->path is not the path
  // that was asked for.
  const Entry* entry = nullptr;
  std::size_t layer = 0;  // 0 is the lowest; the layer whose directory holds the bytes
};

class LayerStack {
 public:
  LayerStack() : LayerStack(std::vector<std::shared_ptr<const LayerIndex>>{}) {}
  explicit LayerStack(std::vector<std::shared_ptr<const LayerIndex>> layers);  // lowest first

  [[nodiscard]] std::size_t size() const noexcept { return layers_.size(); }
  // Exact path, links not followed. The root "" is always found (an implied 0755 0:0 directory if
  // no layer has it).
  [[nodiscard]] std::optional<Found> find(std::string_view path) const;
  // Follows symlinks like the kernel in a chroot (40 links at most, else Error); returns the clean
  // path that is meant, which need not exist: `/var/run/x` with /var/run -> /run gives "run/x".
  // follow_last: also if the last component is a link.
  [[nodiscard]] std::string resolve(std::string_view path, bool follow_last) const;
  // Names directly in a directory, sorted. A directory that is not there, or is something else, has
  // none.
  [[nodiscard]] std::vector<std::string> list(std::string_view directory) const;
  // Pre-order walk of `directory` (itself included) in path order; return false from `visit` to
  // skip what is below a directory.
  void walk(std::string_view directory,
            const std::function<bool(const std::string& path, const Found& found)>& visit) const;

  // The entries of one layer below one directory; a View is what the layers have there, the highest
  // first.
  struct Range {
    const LayerIndex* index = nullptr;
    std::size_t layer = 0, begin = 0, end = 0;
  };
  using View = std::vector<Range>;

 private:
  [[nodiscard]] std::optional<Found> find_link(std::string_view path, View* below) const;
  [[nodiscard]] Found follow_hardlink(Found found) const;
  void walk_below(
      const View& view, std::string_view directory,
      const std::function<bool(const std::string& path, const Found& found)>& visit) const;

  std::vector<std::shared_ptr<const LayerIndex>> layers_;
  View view_;  // of the root
  Found root_;
};

}  // namespace cooper::layer
