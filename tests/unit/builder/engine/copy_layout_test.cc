#include "builder/engine/copy_layout.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace cooper;
using engine::CopyLayout;
using engine::SelectedSource;
using layer::Entry;
using layer::EntryType;

namespace {

Entry file(const std::string& path, std::uint32_t mode = 0644) {
  Entry entry;
  entry.path = path;
  entry.mode = mode;
  return entry;
}

Entry directory(const std::string& path, std::uint32_t mode = 0755, std::uint32_t uid = 0) {
  Entry entry;
  entry.path = path;
  entry.type = EntryType::directory;
  entry.mode = mode;
  entry.uid = uid;
  return entry;
}

Entry symbolic(const std::string& path, const std::string& target) {
  Entry entry;
  entry.path = path;
  entry.type = EntryType::symlink;
  entry.mode = 0777;
  entry.link = target;
  return entry;
}

layer::LayerStack image(std::vector<Entry> entries) {
  return layer::LayerStack({std::make_shared<const layer::LayerIndex>(std::move(entries))});
}

SelectedSource one_file(const std::string& name) {
  SelectedSource source;
  source.base_name = name;
  source.items.push_back({"", file(name)});
  return source;
}

SelectedSource tree() {
  SelectedSource source;
  source.base_name = "src";
  source.directory = true;
  source.items = {{"", directory("src", 0700, 7)},
                  {"a", file("src/a")},
                  {"d", directory("src/d", 0711)},
                  {"d/b", file("src/d/b")}};
  return source;
}

std::vector<std::string> paths(const CopyLayout& layout) {
  std::vector<std::string> out;
  for (const auto& [path, planned] : layout.entries()) out.push_back(path);
  return out;
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("C3 a trailing slash makes the destination a directory") {
  const layer::LayerStack empty;
  CopyLayout named(empty, {});
  lay_out(named, one_file("f"), "/a/b", false);
  CHECK(paths(named) == Paths{"a", "a/b"});
  CopyLayout into(empty, {});
  lay_out(into, one_file("f"), "/a/b/", true);
  CHECK(paths(into) == Paths{"a", "a/b", "a/b/f"});
}

TEST_CASE("a file onto an existing directory goes into it") {
  const auto below = image({directory("opt", 01777, 5)});
  CopyLayout layout(below, {});
  lay_out(layout, one_file("f"), "/opt", false);
  CHECK(paths(layout) == Paths{"opt", "opt/f"});
}

TEST_CASE(
    "C2 C4 a directory gives its contents and not itself: its place stays as it is, or is made as "
    "any other missing directory") {
  const auto below = image({directory("opt", 01777, 5)});
  CopyLayout existing(below, {});
  lay_out(existing, tree(), "/opt", false);
  CHECK(paths(existing) == Paths{"opt", "opt/a", "opt/d", "opt/d/b"});
  CHECK(existing.entries().at("opt").entry.mode == 01777);
  CHECK(existing.entries().at("opt").entry.uid == 5);
  CopyLayout fresh(below, {});
  lay_out(fresh, tree(), "/new", false);
  CHECK(fresh.entries().at("new").entry.mode == 0755);
  CHECK(fresh.entries().at("new").entry.uid == 0);
  CHECK(fresh.entries().at("new/d").entry.mode == 0711);
}

TEST_CASE("C4 a directory within the source gives its attributes to one that exists") {
  Entry known = directory("opt/d", 0700, 9);
  known.xattrs = {{"user.a", "image"}, {"user.b", "image"}};
  const auto below = image({directory("opt", 0700, 5), known});
  SelectedSource source = tree();
  source.items[2].entry.xattrs = {{"user.a", "source"}};
  CopyLayout layout(below, {});
  lay_out(layout, source, "/opt", false);
  const Entry& merged = layout.entries().at("opt/d").entry;
  CHECK(merged.mode == 0711);
  CHECK(merged.uid == 0);
  CHECK(merged.xattrs.at("user.a") == "source");
  CHECK(merged.xattrs.at("user.b") == "image");
}

TEST_CASE("C1 without a slash the last of several files is what is there") {
  const layer::LayerStack empty;
  CopyLayout layout(empty, {});
  lay_out(layout, one_file("a"), "/d", false);
  SelectedSource last = one_file("b");
  last.items[0].entry.mode = 0600;
  lay_out(layout, last, "/d", false);
  CHECK(paths(layout) == Paths{"d"});
  CHECK(layout.entries().at("d").entry.mode == 0600);
}

TEST_CASE("C15 a directory that is only a parent keeps its owner, but not its mode") {
  const auto below = image({directory("opt"), directory("opt/d", 0700, 9)});
  SelectedSource source = tree();
  source.items[2].parent = true;
  CopyLayout layout(below, {});
  lay_out(layout, source, "/opt", false);
  CHECK(layout.entries().at("opt/d").entry.mode == 0711);
  CHECK(layout.entries().at("opt/d").entry.uid == 9);
}

TEST_CASE("C9 names of one file stay linked, also when the first is overwritten") {
  const layer::LayerStack empty;
  SelectedSource source = tree();
  source.items[3].same_as = "a";  // d/b
  CopyLayout layout(empty, {});
  lay_out(layout, source, "/x/", true);
  CHECK(layout.entries().at("x/d/b").entry.type == EntryType::hardlink);
  CHECK(layout.entries().at("x/d/b").entry.link == "x/a");
  lay_out(layout, one_file("a"), "/x/", true);
  CHECK(layout.entries().at("x/d/b").entry.type == EntryType::file);
}

TEST_CASE("C17 an archive replaces what is in its way, and its modes are its own") {
  const auto below = image(
      {directory("lib64"), file("lib64/x"), symbolic("lib", "usr/lib"), directory("usr", 0700, 4)});
  CopyLayout::Options options;
  options.owner = sandbox::Owner{33, 44};
  options.mode = engine::ModeChange::parse("0600");
  CopyLayout layout(below, std::move(options));
  layout.unpack("lib64", file("lib64", 0755), {});
  layout.unpack("lib", directory("lib", 0711), {});
  layout.unpack("usr", directory("usr", 0755), {});
  layout.unpack("new/deep", file("deep", 04755), {});
  CHECK(layout.entries().at("lib64").entry.type == EntryType::file);
  CHECK(layout.entries().at("lib").entry.type == EntryType::directory);
  CHECK(layout.entries().at("lib").entry.mode == 0711);
  CHECK(layout.entries().at("usr").entry.mode == 0755);
  CHECK(layout.entries().at("usr").entry.uid == 33);
  CHECK(layout.entries().at("new").entry.uid == 0);
  CHECK(layout.entries().at("new/deep").entry.mode == 04755);
  CHECK(layout.entries().at("new/deep").entry.uid == 33);
}

TEST_CASE("C7 links at the destination are followed inside the image") {
  const auto below =
      image({directory("data"), symbolic("www", "/data"), symbolic("up", "../../data")});
  CopyLayout layout(below, {});
  lay_out(layout, one_file("f"), "/www/x", false);
  lay_out(layout, one_file("f"), "/up/y", false);
  CHECK(paths(layout) == Paths{"data", "data/x", "data/y"});
}

TEST_CASE("C8 a directory cannot replace a file, nor a file a directory") {
  const auto below = image({directory("opt"), file("opt/d"), directory("opt/a")});
  CopyLayout layout(below, {});
  CHECK_THROWS_AS(lay_out(layout, tree(), "/opt", false), base::Error);
  CopyLayout through_file(below, {});
  CHECK_THROWS_AS(lay_out(through_file, one_file("f"), "/opt/d/f", false), base::Error);
}

TEST_CASE("C11 C12 owner and mode apply to everything that is made, not to what was there") {
  const auto below = image({directory("opt", 0700, 9)});
  CopyLayout::Options options;
  options.owner = sandbox::Owner{33, 44};
  options.mode = engine::ModeChange::parse("0750");
  CopyLayout layout(below, std::move(options));
  lay_out(layout, one_file("f"), "/opt/new/f", false);
  CHECK(layout.entries().at("opt").entry.uid == 9);
  CHECK(layout.entries().at("opt").entry.mode == 0700);
  CHECK(layout.entries().at("opt/new").entry.gid == 44);
  CHECK(layout.entries().at("opt/new").entry.mode == 0750);
  CHECK(layout.entries().at("opt/new/f").entry.uid == 33);
}

TEST_CASE("C14 a linked copy does not look at the image") {
  const auto below = image({symbolic("www", "/data"), file("opt")});
  CopyLayout::Options options;
  options.link = true;
  CopyLayout layout(below, std::move(options));
  lay_out(layout, one_file("f"), "/www/x", false);
  lay_out(layout, one_file("f"), "/opt/y", false);
  CHECK(paths(layout) == Paths{"opt", "opt/y", "www", "www/x"});
}

TEST_CASE("the first name of a hard-linked file has the bytes") {
  const layer::LayerStack empty;
  CopyLayout layout(empty, {});
  const std::string text = "bytes";
  Entry second = file("a");
  second.type = EntryType::hardlink;
  second.link = "z";
  layout.place("z", file("z"), engine::TextBytes{&text});
  layout.place("a", second, {});
  second.path = "b";
  layout.place("b", second, {});
  layout.order_hard_links();
  CHECK(layout.entries().at("a").entry.type == EntryType::file);
  CHECK(std::holds_alternative<engine::TextBytes>(layout.entries().at("a").bytes));
  CHECK(layout.entries().at("b").entry.link == "a");
  CHECK(layout.entries().at("z").entry.link == "a");
  CHECK(layout.entries().at("z").entry.type == EntryType::hardlink);
}
