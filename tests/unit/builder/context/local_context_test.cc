#include "builder/context/local_context.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/error.h"
#include "base/file_at.h"
#include "base/sha256.h"
#include "base/source.h"
#include "tests/support/temp_directory.h"

using namespace cooper::context;  // NOLINT(google-build-using-namespace)
using cooper::base::Error;
using cooper::base::to_hex;
using cooper::base::write_file_at;
using cooper::dockerfile::IgnoreRules;
using cooper::layer::Entry;
using cooper::layer::EntryType;
using cooper::layer::FileTree;
using cooper::test::TempDirectory;

namespace {

// A context with a few files, and its tree.
class Fixture {
 public:
  explicit Fixture(std::vector<std::string> ignore = {}, Modes modes = Modes::keep)
      : ignore_(std::move(ignore)), modes_(modes) {
    make_directory("dir");
    make_directory("dir/sub");
    write("a.txt", "alpha");
    write("dir/b.txt", "beta");
    write("dir/sub/c.txt", "gamma");
    write("dir.x", "sorts after everything in dir");
  }

  void make_directory(const std::string& path) {
    REQUIRE(::mkdirat(root_.fd(), path.c_str(), 0755) == 0);
  }
  void write(const std::string& path, const std::string& text, mode_t mode = 0644) {
    write_file_at(root_.fd(), path, text, mode);
    REQUIRE(::fchmodat(root_.fd(), path.c_str(), mode, 0) == 0);
  }
  void link(const std::string& target, const std::string& path) {
    REQUIRE(::symlinkat(target.c_str(), root_.fd(), path.c_str()) == 0);
  }

  FileTree& tree() {
    if (!tree_) {
      tree_ = open_local_context(root_.path(), "build context", IgnoreRules::from_patterns(ignore_),
                                 index_, {modes_, 2});
    }
    return *tree_;
  }
  std::vector<std::string> walked(const std::string& directory = "") {
    std::vector<std::string> paths;
    tree().walk(directory, [&](const Entry& entry) {
      paths.push_back(entry.path);
      return true;
    });
    return paths;
  }
  [[nodiscard]] const TempDirectory& root() const { return root_; }
  StatIndex& index() { return index_; }

 private:
  TempDirectory root_;
  std::vector<std::string> ignore_;
  Modes modes_;
  StatIndex index_;
  std::unique_ptr<FileTree> tree_;
};

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("a walk is pre-order, a directory right before what is in it") {
  Fixture fixture;
  CHECK(fixture.walked() ==
        Paths{"", "a.txt", "dir", "dir/b.txt", "dir/sub", "dir/sub/c.txt", "dir.x"});
  CHECK(fixture.walked("dir") == Paths{"dir", "dir/b.txt", "dir/sub", "dir/sub/c.txt"});
  CHECK(fixture.walked("a.txt") == Paths{"a.txt"});
  CHECK(fixture.walked("none").empty());
  Paths seen;
  fixture.tree().walk("", [&](const Entry& entry) {
    seen.push_back(entry.path);
    return entry.path != "dir";
  });
  CHECK(seen == Paths{"", "a.txt", "dir", "dir.x"});
}

TEST_CASE("entries have what a COPY takes") {
  Fixture fixture;
  fixture.write("run.sh", "#!", 04750);
  fixture.link("dir/b.txt", "link");
  REQUIRE(::mkfifoat(fixture.root().fd(), "fifo", 0600) == 0);
  const auto file = fixture.tree().find("run.sh");
  REQUIRE(file.has_value());
  CHECK(file->type == EntryType::file);
  CHECK(file->mode == 04750);
  CHECK(file->uid == 0);
  CHECK(file->gid == 0);
  CHECK(file->size == 2);
  CHECK(file->mtime > 0);
  CHECK(fixture.tree().find("link")->type == EntryType::symlink);
  CHECK(fixture.tree().find("link")->link == "dir/b.txt");
  CHECK(fixture.tree().find("fifo")->type == EntryType::fifo);
  CHECK(fixture.tree().find("")->type == EntryType::directory);
  CHECK(fixture.tree().name() == "build context");
  CHECK_FALSE(fixture.tree().find("none").has_value());
  CHECK_FALSE(fixture.tree().find("a.txt/x").has_value());
  CHECK(fixture.tree().list("dir") == Paths{"b.txt", "sub"});
  CHECK(fixture.tree().list("a.txt").empty());
  CHECK(fixture.tree().list("none").empty());
}

TEST_CASE("user attributes are taken, others are not") {
  Fixture fixture;
  const std::string path = fixture.root().path() + "/a.txt";
  if (::setxattr(path.c_str(), "user.note", "x\0y", 3, 0) != 0) {
    MESSAGE("skipped: this file system has no user attributes");
    return;
  }
  REQUIRE(::setxattr(path.c_str(), "user.overlay.opaque", "y", 1, 0) == 0);
  const auto entry = fixture.tree().find("a.txt");
  CHECK(entry->xattrs == std::map<std::string, std::string>{{"user.note", std::string("x\0y", 3)}});
}

TEST_CASE("digests are those of the content, for one file and for all that were walked") {
  Fixture fixture;
  const auto hex_of = [&](const std::string& path) {
    return to_hex(fixture.tree().digest(*fixture.tree().find(path)));
  };
  CHECK(hex_of("a.txt") == cooper::base::sha256_hex("alpha"));
  static_cast<void>(fixture.walked());
  CHECK(hex_of("dir/b.txt") == cooper::base::sha256_hex("beta"));
  // Hashed with its neighbour: known without another read, and the walk tells it.
  const auto neighbour = fixture.tree().find("dir/sub/c.txt");
  REQUIRE(neighbour->content.has_value());
  CHECK(to_hex(*neighbour->content) == cooper::base::sha256_hex("gamma"));
}

TEST_CASE("a file that the index knows is not opened") {
  Fixture fixture;
  struct stat status = {};
  REQUIRE(::fstatat(fixture.root().fd(), "a.txt", &status, AT_SYMLINK_NOFOLLOW) == 0);
  // No content has this digest: whoever gives it has not read the file.
  const IndexedFile known{{0xaa}, {{"user.known", "1"}}};
  fixture.index().note("a.txt", status, {(status.st_ctim.tv_sec + 10) * 1'000'000'000}, known);
  const auto entry = fixture.tree().find("a.txt");
  CHECK(entry->content == known.digest);
  CHECK(entry->xattrs == known.xattrs);
  CHECK(fixture.tree().digest(*entry) == known.digest);
}

TEST_CASE("the bytes of a file") {
  Fixture fixture;
  cooper::base::FdSource source(fixture.tree().open(*fixture.tree().find("a.txt")), "a.txt");
  CHECK(cooper::base::read_all(source, 100, "a.txt") == "alpha");
}

// security.C7
TEST_CASE("a file that changes after it was seen is an error, never old names with new bytes") {
  Fixture fixture;
  const auto seen = fixture.tree().find("a.txt");
  fixture.write("a.txt", "longer than before");
  CHECK_THROWS_AS(static_cast<void>(fixture.tree().open(*seen)), Error);
  CHECK_THROWS_AS(static_cast<void>(fixture.tree().digest(*seen)), Error);
  CHECK(fixture.tree().find("a.txt")->size == 5);
  const auto gone = fixture.tree().find("dir.x");
  REQUIRE(::unlinkat(fixture.root().fd(), "dir.x", 0) == 0);
  CHECK_THROWS_AS(static_cast<void>(fixture.tree().digest(*gone)), Error);
  // A file that was exchanged for a link is not followed.
  const auto replaced = fixture.tree().find("dir/b.txt");
  REQUIRE(::unlinkat(fixture.root().fd(), "dir/b.txt", 0) == 0);
  fixture.link("/etc/passwd", "dir/b.txt");
  CHECK_THROWS_AS(static_cast<void>(fixture.tree().open(*replaced)), Error);
}

TEST_CASE("a neighbour that cannot be read does not spoil the digest that was asked for") {
  Fixture fixture;
  static_cast<void>(fixture.walked());
  REQUIRE(::unlinkat(fixture.root().fd(), "dir/b.txt", 0) == 0);
  CHECK(to_hex(fixture.tree().digest(*fixture.tree().find("a.txt"))) ==
        cooper::base::sha256_hex("alpha"));
  CHECK_THROWS_AS(static_cast<void>(fixture.tree().digest(*fixture.tree().find("dir/b.txt"))),
                  Error);
}

// security.D16
TEST_CASE("links are followed inside the context only") {
  const TempDirectory outside;
  write_file_at(outside.fd(), "secret", "s");
  Fixture fixture;
  fixture.link("dir/sub", "to-sub");
  fixture.link("/dir", "absolute");
  fixture.link("../../../../dir", "up");
  fixture.link(outside.path(), "out");
  fixture.link("loop-b", "loop-a");
  fixture.link("loop-a", "loop-b");
  FileTree& tree = fixture.tree();
  CHECK(tree.resolve("to-sub/c.txt", true) == "dir/sub/c.txt");
  CHECK(tree.resolve("to-sub", true) == "dir/sub");
  CHECK(tree.resolve("to-sub", false) == "to-sub");
  CHECK(tree.resolve("absolute/b.txt", true) == "dir/b.txt");
  CHECK(tree.resolve("up/b.txt", true) == "dir/b.txt");
  CHECK(tree.resolve("absolute/../a.txt", true) == "a.txt");
  CHECK(tree.resolve("none/x", true) == "none/x");
  CHECK(tree.resolve("", true) == "");
  CHECK_FALSE(tree.find(tree.resolve("out/secret", true)).has_value());
  CHECK_FALSE(tree.find("out/secret").has_value());
  CHECK(tree.list("out").empty());
  CHECK_FALSE(tree.find("to-sub/c.txt").has_value());  // exact names only
  CHECK_THROWS_AS(static_cast<void>(tree.resolve("loop-a/x", true)), Error);
}

// security.D17
TEST_CASE("ignored files are not there, but known to be hidden") {
  Fixture fixture({"dir/sub", "*.txt"});
  CHECK(fixture.walked() == Paths{"", "dir", "dir/b.txt", "dir.x"});
  CHECK_FALSE(fixture.tree().find("a.txt").has_value());
  CHECK_FALSE(fixture.tree().find("dir/sub/c.txt").has_value());
  CHECK(fixture.tree().hidden("a.txt"));
  CHECK(fixture.tree().hidden("dir/sub/c.txt"));
  CHECK_FALSE(fixture.tree().hidden("dir/b.txt"));
  CHECK_FALSE(fixture.tree().hidden("none"));
  CHECK(fixture.tree().list("") == Paths{"dir", "dir.x"});
}

TEST_CASE("an ignored directory shows up only if something in it is taken back") {
  Fixture some({"dir", "!dir/sub/c.txt"});
  CHECK(some.walked() == Paths{"", "a.txt", "dir", "dir/sub", "dir/sub/c.txt", "dir.x"});
  CHECK(some.tree().find("dir").has_value());
  CHECK(some.tree().find("dir/sub/c.txt").has_value());
  CHECK_FALSE(some.tree().find("dir/b.txt").has_value());
  Fixture none({"dir", "!dir/sub/other"});
  CHECK(none.walked() == Paths{"", "a.txt", "dir.x"});
  CHECK_FALSE(none.tree().find("dir").has_value());
  CHECK(none.tree().list("") == Paths{"a.txt", "dir.x"});
}

TEST_CASE("modes as a checkout means them") {
  Fixture fixture({}, Modes::normalize);
  fixture.write("plain", "", 0664);
  fixture.write("program", "", 0770);
  fixture.write("special", "", 04711);
  fixture.make_directory("closed");
  REQUIRE(::fchmodat(fixture.root().fd(), "closed", 0700, 0) == 0);
  CHECK(fixture.tree().find("plain")->mode == 0644);
  CHECK(fixture.tree().find("program")->mode == 0755);
  CHECK(fixture.tree().find("special")->mode == 04711);
  CHECK(fixture.tree().find("closed")->mode == 0755);
  CHECK(fixture.tree().find("")->mode == 0755);
}

TEST_CASE("many threads see one state") {
  Fixture fixture;
  for (int i = 0; i < 40; ++i) {
    fixture.make_directory("d" + std::to_string(i));
    for (int j = 0; j < 5; ++j) {
      const std::string name = "d" + std::to_string(i) + "/f" + std::to_string(j);
      fixture.write(name, name);
    }
  }
  FileTree& tree = fixture.tree();
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        tree.walk("", [&](const Entry& entry) {
          const bool file = entry.type == EntryType::file && entry.path.starts_with("d") &&
                            entry.path.find("/f") != std::string::npos;
          if (file && to_hex(tree.digest(entry)) != cooper::base::sha256_hex(entry.path)) ++wrong;
          return true;
        });
      });
    }
  }
  CHECK(wrong == 0);
}
