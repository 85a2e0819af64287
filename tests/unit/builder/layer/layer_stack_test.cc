#include "builder/layer/layer_stack.h"

#include <doctest/doctest.h>

#include <map>
#include <random>

#include "base/error.h"
#include "base/path.h"
#include "layer_fixture.h"

namespace cooper::layer {
namespace {

using test::dir;
using test::file;
using test::hardlink;
using test::index_of;
using test::opaque;
using test::symlink;
using test::whiteout;
using Layers = std::vector<std::vector<Entry>>;
using Names = std::vector<std::string>;

LayerStack stack_of(const Layers& layers) {
  std::vector<std::shared_ptr<const LayerIndex>> indexes;
  for (const auto& layer : layers) indexes.push_back(index_of(layer));
  return LayerStack(std::move(indexes));
}

Names walked(const LayerStack& stack, std::string_view from = "") {
  Names paths;
  stack.walk(from, [&](const std::string& path, const Found&) {
    paths.push_back(path);
    return true;
  });
  return paths;
}

TEST_CASE("the root is always there") {
  const LayerStack empty;
  REQUIRE(empty.find(""));
  CHECK(empty.find("")->entry->mode == 0755);
  CHECK(empty.list("").empty());
  CHECK(walked(empty) == Names{""});
  Entry root = dir("");
  root.mode = 0700;
  CHECK(stack_of({{root}, {file("a")}}).find("")->entry->mode == 0700);
}

TEST_CASE("the highest layer wins, directories join") {
  const LayerStack stack = stack_of({{dir("etc"), file("etc/a", 1), file("etc/b", 1)},
                                     {dir("etc"), file("etc/b", 2), file("x")}});
  CHECK(stack.find("etc/b")->entry->size == 2);
  CHECK(stack.find("etc/b")->layer == 1);
  CHECK(stack.find("etc/a")->layer == 0);
  CHECK(stack.list("etc") == Names{"a", "b"});
  CHECK(walked(stack) == Names{"", "etc", "etc/a", "etc/b", "x"});
  CHECK_FALSE(stack.find("etc/c"));
  CHECK_FALSE(stack.find("etc/a/b"));
}

TEST_CASE("whiteouts and opaque directories hide what is below") {
  const LayerStack stack = stack_of(
      {{dir("a"), file("a/1"), dir("a/d"), file("a/d/2"), dir("b"), file("b/1"), file("c")},
       {whiteout("a"), opaque("b"), file("b/2"), whiteout("c"), whiteout("none")}});
  CHECK_FALSE(stack.find("a"));
  CHECK_FALSE(stack.find("a/d/2"));
  CHECK_FALSE(stack.find("b/1"));
  CHECK_FALSE(stack.find("c"));
  CHECK(walked(stack) == Names{"", "b", "b/2"});
  CHECK(stack.list("a").empty());
}

TEST_CASE("a whiteout of a middle layer is undone by a higher one") {
  const LayerStack stack =
      stack_of({{dir("a"), file("a/1")}, {whiteout("a")}, {dir("a"), file("a/2")}});
  CHECK(walked(stack) == Names{"", "a", "a/2"});
}

TEST_CASE("a file over a directory and a directory over a file") {
  const LayerStack stack =
      stack_of({{dir("a"), file("a/1"), file("b")}, {file("a"), dir("b"), file("b/1")}});
  CHECK(stack.find("a")->entry->type == EntryType::file);
  CHECK_FALSE(stack.find("a/1"));
  CHECK(walked(stack) == Names{"", "a", "b", "b/1"});
}

TEST_CASE("directories without an entry of their own take the lower one's attributes") {
  Entry lower = dir("var");
  lower.mode = 0711;
  const LayerStack stack = stack_of({{lower}, {file("var/lib/x")}});
  CHECK(stack.find("var")->entry->mode == 0711);
  CHECK(stack.find("var/lib")->entry->type == EntryType::directory);
  CHECK(stack.find("var/lib")->layer == 1);
  CHECK(stack.list("var") == Names{"lib"});
  CHECK(walked(stack, "var") == Names{"var", "var/lib", "var/lib/x"});
}

TEST_CASE("a hard link is the entry with the bytes, in its own or a lower layer") {
  const LayerStack stack =
      stack_of({{file("low", 7)},
                {file("a", 5), hardlink("b", "a"), hardlink("c", "low"), hardlink("d", "b")}});
  CHECK(stack.find("b")->entry->size == 5);
  CHECK(stack.find("d")->entry->path == "a");
  CHECK(stack.find("c")->entry->size == 7);
  CHECK(stack.find("c")->layer == 0);
  CHECK_THROWS_AS((void)stack_of({{hardlink("b", "gone")}}).find("b"), base::Error);
  CHECK_THROWS_AS((void)stack_of({{hardlink("b", "b")}}).find("b"), base::Error);
  CHECK_THROWS_AS((void)stack_of({{hardlink("b", "c"), hardlink("c", "b")}}).find("b"),
                  base::Error);
}

TEST_CASE("links are followed as in a chroot") {
  const LayerStack stack =
      stack_of({{dir("run"), dir("var"), symlink("var/run", "/run"), symlink("up", "../../run/./x"),
                 symlink("lib", "usr/lib"), dir("usr"), dir("usr/lib"), file("usr/lib/a"),
                 symlink("usr/back", "../lib")},
                {symlink("loop", "loop2"), symlink("loop2", "/loop")}});
  CHECK(stack.resolve("/var/run/x", true) == "run/x");
  CHECK(stack.resolve("var/run", true) == "run");
  CHECK(stack.resolve("var/run", false) == "var/run");
  CHECK(stack.resolve("var/run/", false) == "var/run");
  CHECK(stack.resolve("up/y", true) == "run/x/y");
  CHECK(stack.resolve("usr/back/a", true) == "usr/lib/a");
  CHECK(stack.resolve("usr/back/../x", true) == "usr/x");
  CHECK(stack.resolve("../../etc/./passwd", true) == "etc/passwd");
  CHECK(stack.resolve("none/../run", true) == "run");
  CHECK(stack.resolve("", true).empty());
  CHECK_THROWS_AS((void)stack.resolve("loop/x", false), base::Error);
  CHECK(stack.resolve("loop", false) == "loop");
}

TEST_CASE("walking can skip what is below a directory") {
  const LayerStack stack = stack_of({{dir("a"), file("a/1"), dir("b"), file("b/1")}});
  Names paths;
  stack.walk("", [&](const std::string& path, const Found&) {
    paths.push_back(path);
    return path != "a";
  });
  CHECK(paths == Names{"", "a", "b", "b/1"});
  CHECK(walked(stack, "none").empty());
  CHECK(walked(stack, "a/1") == Names{"a/1"});
}

// The same by brute force: a map of what is visible, the layers applied one after the other.
std::map<std::string, const Entry*> applied(const Layers& layers) {
  std::map<std::string, const Entry*> tree;
  const auto remove_below = [&](const std::string& path) {
    std::erase_if(tree, [&](const auto& item) { return item.first.starts_with(path + "/"); });
  };
  for (const auto& layer : layers) {
    for (const Entry& entry : layer) {
      const bool joins = entry.type == EntryType::directory && !entry.opaque;
      if (!joins) remove_below(entry.path);
      if (entry.type == EntryType::whiteout) tree.erase(entry.path);
    }
    for (const Entry& entry : layer) {
      if (entry.type != EntryType::whiteout) tree[entry.path] = &entry;
    }
  }
  return tree;
}

std::vector<Entry> random_layer(std::mt19937& random) {
  std::map<std::string, Entry> entries;
  for (int i = 0; i < 12; ++i) {
    std::string path;
    bool blocked = false;
    for (std::size_t depth = 0; depth < 1 + random() % 3 && !blocked; ++depth) {
      if (depth > 0) {
        const auto parent = entries.try_emplace(path, dir(path)).first;
        blocked = parent->second.type != EntryType::directory;
        path += "/";
      }
      path += "ab."[random() % 3];
    }
    if (blocked || entries.count(path) > 0) continue;
    switch (random() % 4) {
      case 0: entries.emplace(path, whiteout(path)); break;
      case 1: entries.emplace(path, opaque(path)); break;
      case 2: entries.emplace(path, dir(path)); break;
      default: entries.emplace(path, file(path));
    }
  }
  std::vector<Entry> layer;
  for (auto& [path, entry] : entries) layer.push_back(entry);
  return layer;
}

TEST_CASE("random stacks look as if their layers were applied one by one") {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    Layers layers;
    for (std::size_t i = 0; i < 1 + random() % 5; ++i) layers.push_back(random_layer(random));
    const LayerStack stack = stack_of(layers);
    const auto expected = applied(layers);
    Names paths = {""};
    for (const auto& [path, entry] : expected) paths.push_back(path);
    std::sort(paths.begin(), paths.end(), path_less);
    REQUIRE(walked(stack) == paths);
    for (const auto& [path, entry] : expected) {
      const auto found = stack.find(path);
      REQUIRE(found);
      CHECK(found->entry->type == entry->type);
      if (entry->type != EntryType::directory) continue;
      Names children;
      for (const std::string& other : paths) {
        if (!other.empty() && base::parent_path(other) == path)
          children.emplace_back(base::base_name(other));
      }
      CHECK(stack.list(path) == children);
    }
  }
}

}  // namespace
}  // namespace cooper::layer
