#include "builder/layer/layer_delta.h"

#include <doctest/doctest.h>

#include "layer_fixture.h"

namespace cooper::layer {
namespace {

using Paths = std::set<std::string, std::less<>>;

// app/ with `count` files, and what `change` does to them.
std::vector<Entry> site(int count) {
  std::vector<Entry> entries{test::dir("app"), test::dir("app/src")};
  for (int i = 0; i < count; ++i) entries.push_back(test::file("app/src/f" + std::to_string(i), 1));
  return entries;
}

TEST_CASE("a changed file, with the directories above it") {
  auto after = site(20);
  after[5].mtime += 1;
  const auto delta = make_delta(LayerIndex(site(20)), LayerIndex(after));
  REQUIRE(delta);
  CHECK(delta->written == Paths{"app", "app/src", after[5].path});
  CHECK(delta->removed.empty());
}

TEST_CASE("new and removed paths; a removed directory is one whiteout") {
  auto before = site(40), after = site(40);
  before.push_back(test::dir("app/src/old"));
  before.push_back(test::file("app/src/old/a"));
  before.push_back(test::file("app/src/old/b"));
  before.push_back(test::file("app/src/older"));
  after.push_back(test::file("app/src/new"));
  const auto delta = make_delta(LayerIndex(before), LayerIndex(after));
  REQUIRE(delta);
  CHECK(delta->written == Paths{"app", "app/src", "app/src/new"});
  CHECK(delta->removed == std::vector<std::string>{"app/src/old", "app/src/older"});
}

TEST_CASE("every kind of difference of a file counts") {
  const auto before = site(20);
  for (int kind = 0; kind < 6; ++kind) {
    auto after = before;
    Entry& entry = after[7];
    if (kind == 0) entry.mode = 0600;
    if (kind == 1) entry.uid = 5;
    if (kind == 2) entry.size = 2;
    if (kind == 3) entry.xattrs["user.a"] = "b";
    if (kind == 4) entry.content = base::Sha256Bytes{};
    if (kind == 5) entry = test::symlink(entry.path, "x");
    const auto delta = make_delta(LayerIndex(before), LayerIndex(after));
    REQUIRE(delta);
    CHECK(delta->written.contains(before[7].path));
  }
}

TEST_CASE("nothing changed") {
  const auto delta = make_delta(LayerIndex(site(20)), LayerIndex(site(20)));
  REQUIRE(delta);
  CHECK(delta->written.empty());
  CHECK(delta->removed.empty());
}

TEST_CASE("too much changed") {
  auto after = site(20);
  for (int i = 2; i < 12; ++i) after[static_cast<std::size_t>(i)].mtime += 1;
  CHECK(!make_delta(LayerIndex(site(20)), LayerIndex(after)));
}

TEST_CASE("what an overlay would not show alike") {
  const auto refused = [](const Entry& before, const Entry& after) {
    auto old_site = site(20), new_site = site(20);
    old_site.push_back(before);
    new_site.push_back(after);
    return !make_delta(LayerIndex(old_site), LayerIndex(new_site));
  };
  CHECK(!refused(test::file("app/x"), test::symlink("app/x", "y")));
  CHECK(refused(test::file("app/x"), test::dir("app/x")));
  CHECK(refused(test::dir("app/x"), test::file("app/x")));
  CHECK(refused(test::file("app/x"), test::whiteout("app/x")));
  CHECK(refused(test::opaque("app/x"), test::dir("app/x")));
  CHECK(refused(test::file("app/x"), test::hardlink("app/x", "app/src/f1")));
  CHECK(refused(test::file("app/x"), test::file("implied/x")));
}

}  // namespace
}  // namespace cooper::layer
