#include "builder/engine/tree_selection.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "builder/engine/source_match.h"
#include "builder/layer/layer_stack.h"

using namespace cooper;
using engine::SelectedItem;
using layer::Entry;
using layer::EntryType;

namespace {

// Entries given as "dir/", "link@target" or "file".
class FakeTree final : public layer::FileTree {
 public:
  explicit FakeTree(const std::vector<std::string>& names) {
    std::vector<Entry> entries;
    for (const std::string& name : names) {
      Entry entry;
      const std::size_t at = name.find('@');
      entry.path = name.substr(0, at);
      if (at != std::string::npos) {
        entry.type = EntryType::symlink;
        entry.link = name.substr(at + 1);
      } else if (name.back() == '/') {
        entry.type = EntryType::directory;
        entry.path.pop_back();
      }
      entries.push_back(std::move(entry));
    }
    stack_ = layer::LayerStack({std::make_shared<const layer::LayerIndex>(std::move(entries))});
  }

  [[nodiscard]] std::string name() const override { return "tree"; }
  [[nodiscard]] std::optional<Entry> find(const std::string& path) override {
    const auto found = stack_.find(path);
    if (!found) return std::nullopt;
    Entry entry = *found->entry;
    entry.path = path;
    return entry;
  }
  [[nodiscard]] std::string resolve(const std::string& path, bool follow_last) override {
    return stack_.resolve(path, follow_last);
  }
  [[nodiscard]] std::vector<std::string> list(const std::string& directory) override {
    return stack_.list(directory);
  }
  void walk(const std::string& directory, const std::function<bool(const Entry&)>& visit) override {
    walked.push_back(directory);
    stack_.walk(directory, [&](const std::string& path, const layer::Found& found) {
      Entry entry = *found.entry;
      entry.path = path;
      seen.push_back(path);
      return visit(entry);
    });
  }
  [[nodiscard]] base::Sha256Bytes digest(const Entry&) override { return {}; }
  [[nodiscard]] base::Fd open(const Entry&) override { return {}; }
  [[nodiscard]] std::string inode(const Entry& file) override { return inodes[file.path]; }

  std::vector<std::string> walked, seen;
  std::map<std::string, std::string> inodes;

 private:
  layer::LayerStack stack_;
};

// "path", "path?" for one that is only a parent.
std::vector<std::string> selected(FakeTree& tree, const std::string& source,
                                  const std::string& include,
                                  const std::vector<std::string>& excludes = {}) {
  std::vector<std::string> out;
  const auto rules = dockerfile::IgnoreRules::from_patterns(excludes);
  for (const SelectedItem& item : engine::select_tree(tree, source, include, rules))
    out.push_back(item.path + (item.parent ? "?" : ""));
  return out;
}

using Paths = std::vector<std::string>;
const Paths kTree = {"a/",       "a/b/",         "a/b/c/",     "a/b/c/d/",     "a/b/c/d/foo",
                     "a/b/c/e/", "a/b/c/e/bay",  "a/b2/",      "a/b2/c/",      "a/b2/c/bar",
                     "other/",   "other/secret", "link@a/b/c", "dangling@gone"};

}  // namespace

TEST_CASE("a source without patterns is taken whole") {
  FakeTree tree(kTree);
  CHECK(selected(tree, "a/b2", "") == Paths{"", "c", "c/bar"});
  CHECK(selected(tree, "other/secret", "") == Paths{""});
}

TEST_CASE("C15 what is included comes with its parents, and nothing else is looked at") {
  FakeTree tree(kTree);
  CHECK(selected(tree, "", "a/b/c/d") ==
        Paths{"", "a?", "a/b?", "a/b/c?", "a/b/c/d", "a/b/c/d/foo"});
  CHECK(tree.walked == Paths{"a/b/c/d"});
  CHECK(selected(tree, "a", "*/c/**/ba?") ==
        Paths{"", "b?", "b/c?", "b/c/e?", "b/c/e/bay", "b2?", "b2/c?", "b2/c/bar"});
  tree.seen.clear();
  CHECK(selected(tree, "", "oth*/secret") == Paths{"", "other?", "other/secret"});
  CHECK(std::ranges::find(tree.seen, "a/b") == tree.seen.end());
  CHECK(selected(tree, "", "a/nothing/here") == Paths{""});
  CHECK(selected(tree, "", "other/secret") == Paths{"", "other?", "other/secret"});
  CHECK(selected(tree, "", "link/d") == Paths{""});
}

TEST_CASE("C16 excludes are relative to the source, and ! takes back with the parents") {
  FakeTree tree(kTree);
  CHECK(selected(tree, "a", "", {"b"}) == Paths{"", "b2", "b2/c", "b2/c/bar"});
  CHECK(selected(tree, "a", "", {"**/d", "b2"}) == Paths{"", "b", "b/c", "b/c/e", "b/c/e/bay"});
  CHECK(selected(tree, "a", "", {"b", "!b/c/e"}) ==
        Paths{"", "b?", "b/c?", "b/c/e", "b/c/e/bay", "b2", "b2/c", "b2/c/bar"});
  CHECK(selected(tree, "", "a/b", {"**/foo", "**/e"}) ==
        Paths{"", "a?", "a/b", "a/b/c", "a/b/c/d"});
  CHECK(selected(tree, "other/secret", "", {"secret"}) == Paths{""});  // a file is not in itself
}

TEST_CASE("C9 the second name of a file tells the first") {
  FakeTree tree(kTree);
  tree.inodes = {{"a/b/c/d/foo", "1"}, {"a/b/c/e/bay", "1"}, {"a/b2/c/bar", "2"}};
  const auto items = engine::select_tree(tree, "a", "", {});
  for (const SelectedItem& item : items)
    CHECK(item.same_as == (item.path == "b/c/e/bay" ? "b/c/d/foo" : ""));
}

TEST_CASE("C5 wildcards follow links before them only") {
  FakeTree tree(kTree);
  CHECK(engine::match_source(tree, "/a/../a/b*") == Paths{"a/b", "a/b2"});
  CHECK(engine::match_source(tree, "link/?") == Paths{"a/b/c/d", "a/b/c/e"});
  CHECK(engine::match_source(tree, "l*/d").empty());
  CHECK(engine::match_source(tree, "nomatch*").empty());
  CHECK(engine::match_source(tree, "other/sec\\ret") == Paths{"other/sec\\ret"});
  CHECK(engine::match_source(tree, "other/[s]ec\\ret") == Paths{"other/secret"});
  CHECK_THROWS_AS(static_cast<void>(engine::match_source(tree, "gone/*")), base::Error);
}
