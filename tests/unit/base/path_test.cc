#include "base/path.h"

#include <doctest/doctest.h>

using namespace cooper::base;  // NOLINT(google-build-using-namespace)

TEST_CASE("clean_path does what Go's path.Clean does") {
  CHECK(clean_path("") == ".");
  CHECK(clean_path(".") == ".");
  CHECK(clean_path("a//b/./c/..") == "a/b");
  CHECK(clean_path("a/../..") == "..");
  CHECK(clean_path("../a") == "../a");
  CHECK(clean_path("/../a/") == "/a");
  CHECK(clean_path("/") == "/");
  CHECK(clean_path("a/b/../../..//c") == "../c");
}

TEST_CASE("clean_below_root never leaves the root") {
  CHECK(clean_below_root("") == "");
  CHECK(clean_below_root("/") == "");
  CHECK(clean_below_root("../../etc/passwd") == "etc/passwd");
  CHECK(clean_below_root("/a/../../b/") == "b");
}

TEST_CASE("join, split, parent, base") {
  CHECK(join_path("/app", "x/../y") == "/app/y");
  CHECK(join_path("/app", "/y") == "/y");
  CHECK(join_path("", "y") == "/y");
  CHECK(split_path("/a//./b/..") == std::vector<std::string_view>{"a", "b", ".."});
  CHECK(split_path("").empty());
  CHECK(parent_path("a/b/c") == "a/b");
  CHECK(parent_path("a") == "");
  CHECK(base_name("a/b/c") == "c");
  CHECK(base_name("a") == "a");
}
