#include "builder/layer/layer_index.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "base/error.h"
#include "layer_fixture.h"

namespace cooper::layer {
namespace {

using test::dir;
using test::file;

Entry full_entry() {
  Entry entry = file("bin/tool", 12345);
  entry.mode = 04755;
  entry.uid = 1000;
  entry.gid = 4294967294U;
  entry.mtime = -62135596800;
  entry.mtime_nanoseconds = 999999999;
  entry.xattrs = {{"security.capability", std::string("\x01\x00\x02", 3)}, {"user.empty", ""}};
  entry.content.emplace();
  entry.content->fill(0xab);
  return entry;
}

std::vector<Entry> sample() {
  Entry device = test::make_entry(EntryType::character, "dev/null");
  device.device_major = 1;
  device.device_minor = 3;
  return {dir(""),
          dir("bin"),
          full_entry(),
          test::symlink("bin/sh", "tool"),
          test::hardlink("bin/tool2", "bin/tool"),
          dir("dev"),
          device,
          test::opaque("etc"),
          test::whiteout("etc.d/old"),
          file("new\nline\xff", 1)};
}

TEST_CASE("a directory is followed by what is in it") {
  std::vector<std::string> paths = {"a.b", "a/b",   "a", "",      "a/b/c",
                                    "a-b", "a/b.c", "b", "a\xff", "a/\x01"};
  std::sort(paths.begin(), paths.end(), path_less);
  CHECK(paths == std::vector<std::string>{"", "a", "a/\x01", "a/b", "a/b/c", "a/b.c", "a-b", "a.b",
                                          "a\xff", "b"});
  CHECK_FALSE(path_less("a", "a"));
  CHECK_FALSE(path_less("", ""));
}

TEST_CASE("entries are sorted, found by path, and refused when a path is there twice") {
  const LayerIndex index({file("b"), dir("a"), file("a/x"), file("a.txt")});
  CHECK(index.entries()[1].path == "a/x");
  REQUIRE(index.find("a.txt") != nullptr);
  CHECK(index.find("a/y") == nullptr);
  CHECK(index.lower_bound("a/y") == 2);
  CHECK(index.lower_bound("zz") == 4);
  CHECK_THROWS_AS(LayerIndex({file("a"), dir("a")}), base::Error);
}

TEST_CASE("the binary form keeps every field") {
  const LayerIndex index(sample());
  const std::string bytes = serialize(index);
  const LayerIndex again = parse_layer_index(bytes);
  CHECK(again.entries() == index.entries());
  CHECK(serialize(again) == bytes);
  CHECK(parse_layer_index(serialize(LayerIndex())).entries().empty());
}

TEST_CASE("any changed, missing or added byte is corrupt") {
  const std::string bytes = serialize(LayerIndex(sample()));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string bad = bytes;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    CHECK_THROWS_AS((void)parse_layer_index(bad), base::Error);
    CHECK_THROWS_AS((void)parse_layer_index(std::string_view(bytes).substr(0, i)), base::Error);
  }
  CHECK_THROWS_AS((void)parse_layer_index(bytes + "x"), base::Error);
}

}  // namespace
}  // namespace cooper::layer
