#include "builder/engine/tree_selection.h"

#include <map>
#include <optional>
#include <vector>

#include "base/path.h"

namespace cooper::engine {
namespace {

using dockerfile::IgnoreRules;
using layer::Entry;

class Selector {
 public:
  Selector(layer::FileTree& tree, std::string source, const std::string& include,
           const IgnoreRules& excludes)
      : tree_(tree),
        source_(std::move(source)),
        all_(include.empty()),
        includes_(IgnoreRules::from_patterns({include})),
        possible_(IgnoreRules::from_patterns({include.empty() ? "" : "!" + include})),
        excludes_(excludes) {}

  SelectedItems select(const std::string& include) {
    const auto top = tree_.find(source_);
    if (!top) return {};
    take(*top, "");
    levels_.push_back({"", {}, {}, *top, true});
    // Down the names before the first wildcard nothing else is looked at.
    std::string start = source_;
    std::optional<Entry> entry;
    for (const std::string_view part : base::split_path(include)) {
      if (part.find_first_of("*?[\\!") != std::string_view::npos) break;
      if (entry) visit(*entry);
      start += (start.empty() ? "" : "/") + std::string(part);
      entry = tree_.find(start);
      if (!entry) return std::move(items_);
    }
    tree_.walk(start, [this](const Entry& found) { return visit(found); });
    return std::move(items_);
  }

 private:
  // A directory above what is visited now.
  struct Level {
    std::string path;
    IgnoreRules::Found included, excluded;
    Entry entry;
    bool taken;
  };

  void take(const Entry& entry, std::string path, bool parent = false) {
    SelectedItem item{std::move(path), entry, parent, ""};
    if (entry.type == layer::EntryType::file) {
      if (const std::string inode = tree_.inode(entry); !inode.empty()) {
        const auto [first, added] = inodes_.emplace(inode, item.path);
        if (!added) item.same_as = first->second;
      }
    }
    items_.push_back(std::move(item));
  }

  bool visit(const Entry& entry) {
    std::string path = entry.path.size() <= source_.size()
                           ? std::string()
                           : entry.path.substr(source_.empty() ? 0 : source_.size() + 1);
    while (!levels_.back().path.empty() && path != levels_.back().path &&
           !layer::is_below(path, levels_.back().path)) {
      levels_.pop_back();
    }
    if (path == levels_.back().path) return true;  // the source itself
    if (all_ && excludes_.empty() && entry.type != layer::EntryType::directory) {
      take(entry, std::move(path));
      return true;
    }
    const Level& above = levels_.back();
    Level level{path, {}, {}, entry, false};
    if (!all_) level.included = includes_.match(path, above.included);
    if (!excludes_.empty()) level.excluded = excludes_.match(path, above.excluded);
    level.taken = (all_ || level.included.ignored) && !level.excluded.ignored;
    if (level.taken) {
      take_parents();
      take(entry, path);
    }
    const bool deeper =
        level.taken || (level.excluded.ignored ? excludes_.may_contain_included(path)
                                               : all_ || possible_.may_contain_included(path));
    if (entry.type == layer::EntryType::directory) levels_.push_back(std::move(level));
    return deeper;
  }

  void take_parents() {
    for (Level& level : levels_) {
      if (!level.taken) take(level.entry, level.path, true);
      level.taken = true;
    }
  }

  layer::FileTree& tree_;
  std::string source_;
  bool all_;
  IgnoreRules includes_;
  IgnoreRules possible_;  // re-includes what is included: tells where a walk may find something
  const IgnoreRules& excludes_;
  std::vector<Level> levels_;
  std::map<std::string, std::string> inodes_;  // -> path of the first item
  SelectedItems items_;
};

}  // namespace

SelectedItems select_tree(layer::FileTree& tree, const std::string& source,
                          const std::string& include, const IgnoreRules& excludes) {
  return Selector(tree, source, include, excludes).select(include);
}

}  // namespace cooper::engine
