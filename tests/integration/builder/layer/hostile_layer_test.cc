// Hostile layers as root, where a slip would reach anything: overlay form, devices, races, very
// many members.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/layer/layer_reader.h"
#include "layer_fixture.h"
#include "tar_bytes.h"
#include "tree_text.h"

namespace cooper::layer {
namespace {

namespace fs = std::filesystem;
using test::RawMember;

struct Box {
  test::TempStore temp;
  std::string root = temp.path() + "/root", canary = temp.path() + "/canary";
  std::vector<std::string> before;

  Box() {
    fs::create_directories(root);
    fs::create_directories(canary + "/dir");
    std::ofstream(canary + "/secret") << "do not touch";
    before = test::tree_text(canary);
  }
  ~Box() { CHECK(test::tree_text(canary) == before); }

  ReadLayer unpack(const std::string& tar, TreeForm form = TreeForm::overlay) {
    const base::Fd fd = base::open_host_directory(root);
    return read_layer(temp.store(), test::store_tar(temp.store(), tar), std::nullopt, fd.get(),
                      form, {});
  }
  ReadLayer unpack(const std::vector<RawMember>& members, TreeForm form = TreeForm::overlay) {
    return unpack(test::tar_of(members), form);
  }
};

TEST_CASE("whiteouts, opaque directories and devices in overlay form") {
  Box box;
  box.unpack({{"d/", '5'},
              {"d/.wh.x"},
              {"o/", '5'},
              {"o/.wh..wh..opq"},
              {"o/f", '0', "1"},
              {".wh.late"},
              {"late", '0', "2"},
              {".wh.both"},
              {"both/", '5'},
              {"null", '3', "", "", 0666, {}, {}, {}, {}, test::octal(1, 8)}});
  struct stat status {};
  REQUIRE(::lstat((box.root + "/d/x").c_str(), &status) == 0);
  CHECK(S_ISCHR(status.st_mode));
  CHECK(status.st_rdev == 0);
  char value = 0;
  CHECK(::lgetxattr((box.root + "/o").c_str(), "trusted.overlay.opaque", &value, 1) == 1);
  CHECK(::lgetxattr((box.root + "/both").c_str(), "trusted.overlay.opaque", &value, 1) == 1);
  CHECK(test::file_text(box.root + "/late") == "2");
  REQUIRE(::lstat((box.root + "/null").c_str(), &status) == 0);
  CHECK(S_ISCHR(status.st_mode));
  CHECK((status.st_mode & 07777) == 0666);
}

// security.T03 security.T04 security.T11 security.T13
TEST_CASE("links to the outside, in every form of tree") {
  for (const TreeForm form : {TreeForm::overlay, TreeForm::plain}) {
    Box box;
    box.unpack({{"a", '2', "", box.canary},
                {"a/new", '0', "1"},
                {"a/dir/", '5', "", "", 0777},
                {"a/secret", '0', "2"},
                {"a/.wh.secret"},
                {"b", '2', "", "../canary"},
                {"b/.wh..wh..opq"},
                {"b/", '5', "", "", 0777},
                {"hl", '1', "", "a", 0777}},
               form);
    CHECK_THROWS_AS(
        box.unpack({{"x", '2', "", box.canary + "/secret"}, {"y", '1', "", box.canary + "/secret"}},
                   form),
        base::Error);
  }
}

TEST_CASE("a tree whose lower layers hold links to the outside") {
  Box box;
  fs::create_symlink(box.canary, box.root + "/a");
  fs::create_symlink(box.canary + "/secret", box.root + "/f");
  box.unpack({{"a/new", '0', "1"}, {"f", '0', "2"}, {"a/.wh.secret"}}, TreeForm::plain);
  CHECK(fs::is_directory(fs::symlink_status(box.root + "/a")));
  CHECK(fs::is_regular_file(fs::symlink_status(box.root + "/f")));
}

// security.T47
TEST_CASE("somebody exchanges a directory with a link while a layer is unpacked") {
  Box box;
  std::vector<RawMember> members;
  for (int i = 0; i < 3000; ++i)
    members.push_back({"d" + std::to_string(i % 3) + "/e/f" + std::to_string(i), '0', "x"});
  const std::string tar = test::tar_of(members);
  fs::create_directories(box.root + "/other");
  fs::create_symlink(box.canary, box.root + "/other/link");
  std::atomic<bool> stop = false;
  std::thread swapper([&] {
    const std::string link = box.root + "/other/link", directory = box.root + "/d1";
    while (!stop) {
      ::syscall(SYS_renameat2, AT_FDCWD, link.c_str(), AT_FDCWD, directory.c_str(),
                RENAME_EXCHANGE);
    }
  });
  for (int round = 0; round < 3; ++round) {
    try {
      static_cast<void>(box.unpack(tar, TreeForm::plain));
    } catch (const base::Error&) {  // a race may end it, but never lets it out
    }
  }
  stop = true;
  swapper.join();
}

// security.T18
TEST_CASE("very many members") {
  Box box;
  std::string tar;
  for (int i = 0; i < 50000; ++i)
    tar += test::raw_header({"d" + std::to_string(i % 100) + "/f" + std::to_string(i)});
  tar += std::string(1024, '\0');
  const auto blob = test::store_tar(box.temp.store(), tar);
  tar.clear();
  tar.shrink_to_fit();
  const ReadLayer layer =
      read_layer(box.temp.store(), blob, std::nullopt, -1, TreeForm::overlay, {});
  CHECK(layer.index.entries().size() == 50000);
}

TEST_CASE("ids that do not fit") {
  Box box;
  CHECK_THROWS_AS(box.unpack({{"x", '0', "", "", 0644, {{"uid", "4294967295"}}}}), base::Error);
  box.unpack({{"x", '0', "", "", 06755, {{"uid", "4294967294"}, {"gid", "3000000"}}}});
  struct stat status {};
  REQUIRE(::lstat((box.root + "/x").c_str(), &status) == 0);
  CHECK(status.st_uid == 4294967294U);
  CHECK((status.st_mode & 07777) == 06755);
}

}  // namespace
}  // namespace cooper::layer
