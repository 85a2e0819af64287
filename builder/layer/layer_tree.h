// The tree a layer's members make, in memory: where each one lands (links of this layer are
// followed, in its root), what replaces what when a path comes twice, which hard link means which
// file. Its result is the layer's index; what is on disk is written after it says what happens
// (tree_writer.h).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/layer/layer_index.h"
#include "builder/layer/layer_limits.h"

namespace cooper::layer {

struct PathLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return path_less(a, b); }
};

class LayerTree {
 public:
  struct Node {
    Entry entry;
    bool implied = false;  // a directory only because something is in it
  };
  using Nodes = std::map<std::string, Node, PathLess>;

  // `removed` is called with a path before the node there and all below it vanish to make room for
  // another.
  LayerTree(const LayerLimits& limits, std::string layer,
            std::function<void(const std::string&)> removed);

  // Each gives the node that resulted. Throw base::Error(corrupt) for link loops and hard links to
  // nothing, itself or a directory.
  const Entry& put(Entry entry);
  // nullptr: the layer itself has something there. A directory of the layer at the path becomes
  // opaque and is returned.
  const Entry* put_whiteout(Entry entry);
  const Entry& put_opaque(const Entry& mark);
  // The target is a path of this layer, or if there is none and `lower_has` says yes, one of a
  // lower layer. In the second case the entry stays a hardlink to that path. A link to anything but
  // a file becomes another such thing.
  const Entry& put_hardlink(Entry entry, const std::function<bool(const std::string&)>& lower_has);

  void set_content(const std::string& path, const base::Sha256Bytes& digest) {
    nodes_.at(path).entry.content = digest;
  }
  [[nodiscard]] const Nodes& nodes() const { return nodes_; }
  // Without the implied directories. The tree is empty afterwards.
  [[nodiscard]] LayerIndex take_index();

 private:
  [[nodiscard]] std::string land(const std::string& path, bool make);
  [[nodiscard]] std::string resolve(std::string_view directory, bool make, bool& exists);
  bool enter(std::string_view directory, bool make);
  void remove(const std::string& path);
  void promote_links(const std::string& first);
  [[noreturn]] void fail(const std::string& path, const std::string& cause) const;

  LayerLimits limits_;
  std::string layer_;
  std::function<void(const std::string&)> removed_;
  Nodes nodes_;
  std::multimap<std::string, std::string> links_;  // first name -> other names
  std::optional<std::string>
      last_parent_;  // as given; good until a link comes or something is removed
  std::string last_landed_;
};

}  // namespace cooper::layer
