#include "init/unified_diff.h"

#include <doctest/doctest.h>

namespace cooper::init {
namespace {

std::string lines(int first, int last) {
  std::string text;
  for (int number = first; number <= last; ++number) text += std::to_string(number) + "\n";
  return text;
}

TEST_CASE("unified diff: equal texts have none") {
  CHECK(unified_diff("a", "", "").empty());
  CHECK(unified_diff("a", "x\n", "x\n").empty());
}

TEST_CASE("unified diff: a changed line with its context") {
  CHECK(unified_diff("dir/f", lines(1, 9), lines(1, 4) + "five\n" + lines(6, 9)) ==
        "--- a/dir/f\n+++ b/dir/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST_CASE("unified diff: from and to nothing") {
  CHECK(unified_diff("f", "", "a\nb\n") == "--- a/f\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n");
  CHECK(unified_diff("f", "a\n", "") == "--- a/f\n+++ b/f\n@@ -1 +0,0 @@\n-a\n");
}

TEST_CASE("unified diff: far changes are two hunks, near ones are one") {
  const std::string far = unified_diff("f", lines(1, 20), "0\n" + lines(2, 19) + "21\n");
  CHECK(far ==
        "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n-1\n+0\n 2\n 3\n 4\n"
        "@@ -17,4 +17,4 @@\n 17\n 18\n 19\n-20\n+21\n");
  const std::string near = unified_diff("f", lines(1, 8), "0\n" + lines(2, 7) + "9\n");
  CHECK(near == "--- a/f\n+++ b/f\n@@ -1,8 +1,8 @@\n-1\n+0\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+9\n");
}

TEST_CASE("unified diff: a last line without its newline") {
  CHECK(unified_diff("f", "a\nb", "a\nb\n") ==
        "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n");
}

TEST_CASE("unified diff: texts beyond the limit") {
  const std::string text = unified_diff("f", lines(1, 5000), lines(2, 5000));
  CHECK(text == "--- a/f\n+++ b/f\n(more than 4000 lines; they differ)\n");
}

}  // namespace
}  // namespace cooper::init
