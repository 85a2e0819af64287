#include "base/file_at.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "tests/support/temp_directory.h"

using namespace cooper::base;  // NOLINT(google-build-using-namespace)
using cooper::test::TempDirectory;

namespace {

std::string read_in_root(int root, std::string_view path) {
  const Fd fd = open_in_root(root, path, O_RDONLY);
  std::string text(64, '\0');
  const ssize_t count = ::read(fd.get(), text.data(), text.size());
  REQUIRE(count >= 0);
  text.resize(static_cast<std::size_t>(count));
  return text;
}

}  // namespace

TEST_CASE("names never leave the root") {
  const TempDirectory outside;
  const TempDirectory root;
  write_file_at(outside.fd(), "secret", "outside");
  write_file_at(root.fd(), "secret", "inside");
  REQUIRE(::mkdirat(root.fd(), "etc", 0755) == 0);
  write_file_at(root.fd(), "etc/passwd", "in-root passwd");
  REQUIRE(::symlinkat("/etc", root.fd(), "link") == 0);
  REQUIRE(::symlinkat("../../../../secret", root.fd(), "up") == 0);
  REQUIRE(::symlinkat("loop", root.fd(), "loop") == 0);
  CHECK(read_in_root(root.fd(), "link/passwd") == "in-root passwd");
  CHECK(read_in_root(root.fd(), "/etc/passwd") == "in-root passwd");
  CHECK(read_in_root(root.fd(), "../../secret") == "inside");
  CHECK(read_in_root(root.fd(), "up") == "inside");
  CHECK_THROWS_AS(static_cast<void>(open_in_root(root.fd(), "loop", O_RDONLY)), Error);
  CHECK_FALSE(try_open_in_root(root.fd(), "none/deep", O_RDONLY).has_value());
  CHECK_THROWS_AS(static_cast<void>(open_in_root(root.fd(), std::string_view("a\0b", 3), O_RDONLY)),
                  Error);
}

TEST_CASE("try_open_no_links takes names as written") {
  const TempDirectory root;
  REQUIRE(::mkdirat(root.fd(), "real", 0755) == 0);
  write_file_at(root.fd(), "real/f", "x");
  REQUIRE(::symlinkat("real", root.fd(), "link") == 0);
  REQUIRE(::symlinkat("f", root.fd(), "real/to-f") == 0);
  CHECK(try_open_no_links(root.fd(), "real/f", O_RDONLY).has_value());
  CHECK(try_open_no_links(root.fd(), "", O_RDONLY | O_DIRECTORY).has_value());
  CHECK_FALSE(try_open_no_links(root.fd(), "link/f", O_RDONLY).has_value());
  CHECK_FALSE(try_open_no_links(root.fd(), "real/to-f", O_RDONLY | O_NOFOLLOW).has_value());
  CHECK_FALSE(try_open_no_links(root.fd(), "none", O_RDONLY).has_value());
  const auto link = try_open_no_links(root.fd(), "real/to-f", O_PATH | O_NOFOLLOW);
  REQUIRE(link.has_value());
  CHECK(S_ISLNK(stat_fd(link->get(), "link").st_mode));
}

TEST_CASE("make_directories_in_root follows links in the root only") {
  const TempDirectory outside;
  const TempDirectory root;
  REQUIRE(::symlinkat((outside.path() + "/x").c_str(), root.fd(), "abs") == 0);
  REQUIRE(::mkdirat(root.fd(), "real", 0755) == 0);
  REQUIRE(::symlinkat("/real", root.fd(), "in") == 0);
  int created = 0;
  const Fd made = make_directories_in_root(root.fd(), "in/a/b", 0755, [&](int) { ++created; });
  CHECK(created == 2);
  CHECK(try_stat_at(root.fd(), "real/a/b").has_value());
  CHECK(
      make_directories_in_root(root.fd(), "real/../real/a", 0755, [&](int) { ++created; }).valid());
  CHECK(created == 2);
  // A link to nowhere in the root is an error; nothing appears outside.
  CHECK_THROWS_AS(static_cast<void>(make_directories_in_root(root.fd(), "abs/y")), Error);
  CHECK(list_directory(outside.fd(), "outside").empty());
}

TEST_CASE("write_file_at replaces whole files and leaves nothing beside them") {
  const TempDirectory root;
  write_file_at(root.fd(), "f", "one");
  write_file_at(root.fd(), "f", "two", 0600);
  CHECK(read_file_at(root.fd(), "f", 10) == "two");
  CHECK((try_stat_at(root.fd(), "f")->st_mode & 07777) == 0600);
  CHECK(list_directory(root.fd(), "root") == std::vector<std::string>{"f"});
}

TEST_CASE("read_file_at refuses what is no regular file, too large, or a link") {
  const TempDirectory root;
  REQUIRE(::mkfifoat(root.fd(), "fifo", 0600) == 0);
  write_file_at(root.fd(), "big", "12345");
  REQUIRE(::symlinkat("big", root.fd(), "link") == 0);
  CHECK_THROWS_AS(static_cast<void>(read_file_at(root.fd(), "fifo", 10)), Error);
  CHECK_THROWS_AS(static_cast<void>(read_file_at(root.fd(), "big", 4)), Error);
  CHECK_THROWS_AS(static_cast<void>(read_file_at(root.fd(), "link", 10)), Error);
  CHECK_THROWS_AS(static_cast<void>(read_file_at(root.fd(), "none", 10)), Error);
  CHECK_FALSE(try_read_file_at(root.fd(), "none", 10).has_value());
  CHECK(read_link_at(root.fd(), "link") == "big");
}

TEST_CASE("remove_tree_at removes links, not what they point to, and deep or closed trees") {
  const TempDirectory outside;
  const TempDirectory root;
  write_file_at(outside.fd(), "canary", "x");
  REQUIRE(::mkdirat(root.fd(), "tree", 0755) == 0);
  REQUIRE(::symlinkat(outside.path().c_str(), root.fd(), "tree/link") == 0);
  REQUIRE(::mkdirat(root.fd(), "tree/closed", 0755) == 0);
  write_file_at(root.fd(), "tree/closed/f", "x");
  REQUIRE(::fchmodat(root.fd(), "tree/closed", 0, 0) == 0);
  Fd deep = open_at(root.fd(), "tree", O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < 200; ++i) {
    REQUIRE(::mkdirat(deep.get(), "d", 0755) == 0);
    deep = open_at(deep.get(), "d", O_RDONLY | O_DIRECTORY);
  }
  remove_tree_at(root.fd(), "tree");
  CHECK_FALSE(try_stat_at(root.fd(), "tree").has_value());
  CHECK(try_stat_at(outside.fd(), "canary").has_value());
  remove_tree_at(root.fd(), "tree");  // absent is fine
}
