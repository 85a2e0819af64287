// What lies in a context directory, as the file system tells it: one stat per name, no file opened.
// Private to builder/context.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

#include "builder/context/local_context.h"
#include "builder/context/stat_index.h"
#include "builder/dockerfile/pattern.h"
#include "builder/layer/layer_index.h"

namespace cooper::context {

struct Node {
  layer::Entry entry;  // as a COPY takes it; content only where the stat index knows it
  struct stat status = {};
  FileMoment seen;       // before the stat
  bool ignored = false;  // a directory that ignore rules hide unless something in it is re-included
};

// Safe to use from several threads.
class Scanner {
 public:
  Scanner(int root, const dockerfile::IgnoreRules& ignore, const StatIndex& index, Modes modes)
      : root_(root), ignore_(ignore), index_(index), modes_(modes) {}

  // One path, no link followed. nullopt: absent, or hidden for good.
  [[nodiscard]] std::optional<Node> scan(const std::string& path) const;
  // What is in a directory, sorted by name, without what is hidden for good; empty for what is no
  // directory.
  [[nodiscard]] std::vector<Node> scan_directory(const std::string& path) const;

 private:
  struct Place;  // a name in an open directory
  using Match = dockerfile::IgnoreRules::Found;
  [[nodiscard]] Match match_of(const std::string& directory) const;
  [[nodiscard]] std::optional<Node> scan_at(const Place& place) const;
  void fill(Node& node, const Place& place) const;

  int root_;
  const dockerfile::IgnoreRules& ignore_;
  const StatIndex& index_;
  Modes modes_;
};

}  // namespace cooper::context
