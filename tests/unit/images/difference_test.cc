#include <doctest/doctest.h>

#include "base/error.h"
#include "base/source.h"
#include "images/config_difference.h"
#include "images/tree_difference.h"

using namespace cooper;
using images::PathDifference;

namespace {

layer::Entry file(const std::string& path, const std::string& content, std::uint32_t mode = 0644) {
  layer::Entry entry;
  entry.path = path;
  entry.mode = mode;
  entry.size = content.size();
  base::Sha256 hash;
  hash.update(base::as_bytes(content));
  entry.content = hash.finish();
  return entry;
}

layer::LayerStack stack(std::vector<std::vector<layer::Entry>> layers) {
  std::vector<std::shared_ptr<const layer::LayerIndex>> indexes;
  for (auto& entries : layers)
    indexes.push_back(std::make_shared<layer::LayerIndex>(std::move(entries)));
  return layer::LayerStack(indexes);
}

std::string text_of(const std::vector<PathDifference>& all) {
  std::string out;
  for (const PathDifference& one : all) {
    out += (one.kind == PathDifference::Kind::added     ? "+"
            : one.kind == PathDifference::Kind::removed ? "-"
                                                        : "~") +
           one.path;
    for (const std::string& what : one.what) out += " " + what + ";";
    out += "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("trees are compared, not layers") {
  const auto a = stack({{file("a", "1"), file("b", "2")}});
  const auto b = stack({{file("a", "1")}, {file("b", "2")}});
  CHECK(images::compare_trees(a, b, {}).empty());
  CHECK(images::compare_trees(a, a, {true}).empty());
}

TEST_CASE("what differs of a path") {
  layer::Entry link;
  link.path = "l";
  link.type = layer::EntryType::symlink;
  link.link = "a";
  layer::Entry other = link;
  other.link = "b";
  layer::Entry old_time = file("t", "1");
  layer::Entry new_time = old_time;
  new_time.mtime = 7;
  const auto before =
      stack({{file("a", "1"), file("d/x", "1"), link, file("m", "1"), file("s", "1"), old_time}});
  const auto after = stack({{file("a", "2"), link.path.empty() ? link : other, file("m", "1", 0755),
                             file("n", "1"), file("s", "22"), new_time}});
  CHECK(text_of(images::compare_trees(before, after, {})) ==
        "~/a content;\n-/d\n-/d/x\n~/l target a -> b;\n~/m mode 0644 -> 0755;\n+/n\n~/s size 1 -> "
        "2; content;\n");
  CHECK(text_of(images::compare_trees(before, after, {true})).find("~/t time 0 -> 7;\n") !=
        std::string::npos);
}

TEST_CASE("configurations are compared by meaning") {
  const char* before =
      R"({"architecture":"amd64","created":"2026-01-01T00:00:00Z","config":{"Env":["A=1","B=2"],
    "Labels":{"x":"1"},"Cmd":["a","b"],"User":null},"history":[{}],"rootfs":{"diff_ids":[]}})";
  const char* after =
      R"({"config":{"Labels":{"x":"1","y":"2"},"Env":["B=2","A=3"],"Cmd":["a"]},"architecture":"amd64",
    "created":"2027-01-01T00:00:00Z"})";
  const auto found = images::compare_configs(before, after, false);
  REQUIRE(found.size() == 3);
  CHECK(found[0].member == "config.Cmd");
  CHECK(found[0].before == R"(["a","b"])");
  CHECK(found[0].after == R"(["a"])");
  CHECK(found[1].member == "config.Env.A");
  CHECK(found[1].before == R"("1")");
  CHECK(found[1].after == R"("3")");
  CHECK(found[2].member == "config.Labels.y");
  CHECK_FALSE(found[2].before.has_value());
  CHECK(images::compare_configs(before, after, true).size() == 4);
  CHECK(images::compare_configs(before, before, true).empty());
  CHECK_THROWS_AS(static_cast<void>(images::compare_configs("[]", "{}", false)), base::Error);
}
