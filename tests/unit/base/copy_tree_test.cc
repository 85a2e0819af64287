#include "base/copy_tree.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <string>

#include "base/error.h"
#include "base/file_at.h"
#include "tests/support/temp_directory.h"

namespace cooper::base {
namespace {

struct Trees {
  Trees() {
    const Fd base = open_host_directory(temp.path());
    REQUIRE(mkdirat(base.get(), "from", 0755) == 0);
    REQUIRE(mkdirat(base.get(), "to", 0700) == 0);
    from = open_at(base.get(), "from", O_RDONLY | O_DIRECTORY);
    to = open_at(base.get(), "to", O_RDONLY | O_DIRECTORY);
  }
  [[nodiscard]] struct stat status(const std::string& path) const {
    return try_stat_at(to.get(), path).value();
  }

  test::TempDirectory temp;
  Fd from, to;
};

TEST_CASE("a tree is copied with modes, times, links and holes, and shares no inode") {
  const Trees trees;
  const int from = trees.from.get();
  REQUIRE(mkdirat(from, "d", 0750) == 0);
  write_file_at(from, "d/a", "bytes", 0640);
  REQUIRE(fchmodat(from, "d/a", 04711, 0) == 0);
  REQUIRE(linkat(from, "d/a", from, "b", 0) == 0);
  REQUIRE(symlinkat("d/a", from, "l") == 0);
  REQUIRE(mkfifoat(from, "p", 0622) == 0);
  {
    const Fd sparse = open_at(from, "s", O_CREAT | O_WRONLY, 0600);
    REQUIRE(ftruncate(sparse.get(), 1 << 20) == 0);
    REQUIRE(pwrite(sparse.get(), "x", 1, 70000) == 1);
  }
  const timespec times[2] = {{1, 0}, {1000, 7}};
  REQUIRE(utimensat(from, "d/a", times, 0) == 0);
  REQUIRE(utimensat(from, "d", times, 0) == 0);
  REQUIRE(utimensat(from, "l", times, AT_SYMLINK_NOFOLLOW) == 0);
  copy_directory(from, trees.to.get());

  CHECK(read_file_at(trees.to.get(), "d/a", 100) == "bytes");
  CHECK(trees.status("d/a").st_mode == (S_IFREG | 04711));
  CHECK(trees.status("d/a").st_mtim.tv_sec == 1000);
  CHECK(trees.status("d/a").st_mtim.tv_nsec == 7);
  CHECK(trees.status("d").st_mode == (S_IFDIR | 0750));
  CHECK(trees.status("d").st_mtim.tv_sec == 1000);
  CHECK(trees.status("b").st_ino == trees.status("d/a").st_ino);
  CHECK(trees.status("b").st_ino != try_stat_at(from, "b")->st_ino);
  CHECK(read_link_at(trees.to.get(), "l") == "d/a");
  CHECK(trees.status("l").st_mtim.tv_sec == 1000);
  CHECK(S_ISFIFO(trees.status("p").st_mode));
  CHECK(trees.status("s").st_size == 1 << 20);
  CHECK(trees.status("s").st_blocks <= try_stat_at(from, "s")->st_blocks);
  CHECK(stat_fd(trees.to.get(), "").st_mode == (S_IFDIR | 0755));
}

TEST_CASE("attributes of users are copied, those of overlays are not") {
  const Trees trees;
  write_file_at(trees.from.get(), "f", "");
  const Fd file = open_at(trees.from.get(), "f", O_RDONLY);
  if (fsetxattr(file.get(), "user.note", "v", 1, 0) != 0) return;  // not on this file system
  REQUIRE(fsetxattr(file.get(), "user.overlay.opaque", "y", 1, 0) == 0);
  copy_directory(trees.from.get(), trees.to.get());
  const Fd copy = open_at(trees.to.get(), "f", O_RDONLY);
  char value = 0;
  CHECK(fgetxattr(copy.get(), "user.note", &value, 1) == 1);
  CHECK(value == 'v');
  CHECK(fgetxattr(copy.get(), "user.overlay.opaque", &value, 1) == -1);
}

TEST_CASE("one opened thing is copied under a name that must be free") {
  const Trees trees;
  REQUIRE(mkdirat(trees.from.get(), "d", 0711) == 0);
  write_file_at(trees.from.get(), "d/a", "1");
  const Fd directory = open_at(trees.from.get(), "d", O_PATH);
  const Fd file = open_at(trees.from.get(), "d/a", O_PATH);
  copy_opened(directory.get(), trees.to.get(), "x");
  copy_opened(file.get(), trees.to.get(), "y");
  CHECK(read_file_at(trees.to.get(), "x/a", 9) == "1");
  CHECK(trees.status("x").st_mode == (S_IFDIR | 0711));
  CHECK(read_file_at(trees.to.get(), "y", 9) == "1");
  CHECK_THROWS_AS(copy_opened(file.get(), trees.to.get(), "y"), Error);
}

}  // namespace
}  // namespace cooper::base
