// Plain directory trees; overlays need privileges and are tested in tests/integration.
#include "builder/layer/tree_diff.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/file_at.h"
#include "layer_fixture.h"

namespace cooper::layer {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class Tree {
 public:
  Tree() {
    fs::create_directories(root());
    fs::permissions(root(), static_cast<fs::perms>(0755));
  }

  [[nodiscard]] std::string root() const { return temp_.path() + "/tree"; }
  [[nodiscard]] std::string at(const std::string& path) const { return root() + "/" + path; }
  [[nodiscard]] store::Store& store() { return temp_.store(); }

  void write(const std::string& path, const std::string& text,
             std::int64_t mtime = 1600000000) const {
    fs::create_directories(fs::path(at(path)).parent_path());
    std::ofstream(at(path)) << text;
    set_time(path, mtime);
  }
  void set_time(const std::string& path, std::int64_t mtime) const {
    const timespec times[2] = {{mtime, 0}, {mtime, 0}};
    REQUIRE(::utimensat(AT_FDCWD, at(path).c_str(), times, AT_SYMLINK_NOFOLLOW) == 0);
  }
  WrittenLayer diff(const LayerStack& before, const LayerOptions& options = {},
                    const DiffOptions& what = {}) {
    const base::Fd fd = base::open_host_directory(root());
    return write_tree_diff(store(), fd.get(), before, what, options);
  }

 private:
  test::TempStore temp_;
};

Names paths_of(const LayerIndex& index) {
  Names paths;
  for (const Entry& entry : index.entries()) {
    paths.push_back((entry.type == EntryType::whiteout ? "-" : "") + entry.path);
  }
  return paths;
}

LayerStack stack_of(const std::vector<WrittenLayer*>& layers) {
  std::vector<std::shared_ptr<const LayerIndex>> indexes;
  for (const WrittenLayer* layer : layers)
    indexes.push_back(std::make_shared<const LayerIndex>(layer->index));
  return LayerStack(std::move(indexes));
}

TEST_CASE("a whole tree, then nothing, then only what changed") {
  Tree tree;
  tree.write("a/1", "one");
  tree.write("a/2", "two");
  tree.write("b/c/3", "three");
  fs::create_hard_link(tree.at("a/1"), tree.at("z"));
  fs::create_symlink("a/1", tree.at("l"));
  WrittenLayer first = tree.diff(LayerStack());
  CHECK(paths_of(first.index) == Names{"a", "a/1", "a/2", "b", "b/c", "b/c/3", "l", "z"});
  CHECK(first.index.find("z")->link == "a/1");
  CHECK(first.index.find("l")->link == "a/1");

  const LayerStack before = stack_of({&first});
  CHECK(paths_of(tree.diff(before).index).empty());

  tree.write("a/2", "TWO", 1600000001);
  fs::remove(tree.at("b/c/3"));
  fs::permissions(tree.at("b"), fs::perms::owner_all);
  tree.write("new/x", "x");
  WrittenLayer second = tree.diff(before);
  CHECK(second.index.find("a/2") != nullptr);
  CHECK(second.index.find("a/1") == nullptr);
  CHECK(second.index.find("b/c/3")->type == EntryType::whiteout);
  CHECK(second.index.find("b")->mode == 0700);
  CHECK(second.index.find("new/x") != nullptr);
  CHECK(paths_of(tree.diff(stack_of({&first, &second})).index).empty());
}

TEST_CASE("unchanged parents come with what changed below them, and stay out otherwise") {
  Tree tree;
  tree.write("p/q/f", "1");
  tree.write("p/r/g", "1");
  WrittenLayer first = tree.diff(LayerStack());
  tree.write("p/q/f", "2", 1600000002);  // rewriting does not change the directories' times
  CHECK(paths_of(tree.diff(stack_of({&first})).index) == Names{"p", "p/q", "p/q/f"});
}

TEST_CASE("directories become files and files directories") {
  Tree tree;
  tree.write("a/1", "1");
  tree.write("b", "2");
  WrittenLayer first = tree.diff(LayerStack());
  fs::remove_all(tree.at("a"));
  fs::remove(tree.at("b"));
  tree.write("a", "file");
  tree.write("b/2", "2");
  WrittenLayer second = tree.diff(stack_of({&first}));
  CHECK(paths_of(second.index) == Names{"a", "b", "b/2"});
  Names walked;
  stack_of({&first, &second}).walk("", [&](const std::string& path, const Found&) {
    walked.push_back(path);
    return true;
  });
  CHECK(walked == Names{"", "a", "b", "b/2"});
}

TEST_CASE("skipped paths and sockets are left out") {
  Tree tree;
  tree.write("proc/1", "x");
  tree.write("keep/skip/1", "x");
  tree.write("keep/f", "x");
  REQUIRE(::mknod(tree.at("keep/socket").c_str(), S_IFSOCK | 0600, 0) == 0);
  DiffOptions what;
  what.skip = {"proc", "keep/skip"};
  CHECK(paths_of(tree.diff(LayerStack(), {}, what).index) == Names{"keep", "keep/f"});
}

TEST_CASE("clamped times do not hide a change") {
  Tree tree;
  LayerOptions options;
  options.clamp_mtime = 1000;
  tree.write("same", "aaaa");
  tree.write("other", "bbbb");
  WrittenLayer first = tree.diff(LayerStack(), options);
  tree.write("other", "cccc");
  const WrittenLayer second = tree.diff(stack_of({&first}), options);
  CHECK(second.index.find("other") != nullptr);
  CHECK(second.index.find("same") == nullptr);
}

TEST_CASE("extended attributes: those a layer keeps") {
  Tree tree;
  tree.write("f", "x");
  if (::setxattr(tree.at("f").c_str(), "user.ok", "v", 1, 0) != 0)
    return;  // not on this file system
  ::setxattr(tree.at("f").c_str(), "user.overlay.opaque", "y", 1, 0);
  const WrittenLayer layer = tree.diff(LayerStack());
  CHECK(layer.index.find("f")->xattrs == std::map<std::string, std::string>{{"user.ok", "v"}});
}

TEST_CASE("the same tree gives the same layer") {
  Tree tree;
  tree.write("a/b", "1");
  tree.write("c", "2");
  LayerOptions options;
  options.clamp_mtime = 1;
  CHECK(tree.diff(LayerStack(), options).blob == tree.diff(LayerStack(), options).blob);
}

// A time later than all that was done so far, on the clock that files are stamped with.
timespec later() {
  const timespec tick{0, 20'000'000};
  ::nanosleep(&tick, nullptr);
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  ::nanosleep(&tick, nullptr);
  return now;
}

TEST_CASE("a change that kept size and time is found where it is known since when") {
  Tree tree;
  tree.write("a", "one");
  tree.write("b", "one");
  tree.write("c", "one");
  WrittenLayer first = tree.diff(LayerStack());
  DiffOptions what;
  what.touched_since = later();
  tree.write("a", "two");          // same size and time
  tree.set_time("b", 1600000000);  // touched, but the same
  CHECK(paths_of(tree.diff(stack_of({&first}), {}, what).index) == Names{"a"});
  fs::create_hard_link(tree.at("c"), tree.at("d"));
  const WrittenLayer linked = tree.diff(stack_of({&first}), {}, what);
  CHECK(paths_of(linked.index) == Names{"a", "c", "d"});
  CHECK(linked.index.find("d")->link == "c");
}

TEST_CASE("what was not touched is no change, even where times are clamped below its own") {
  Tree tree;
  tree.write("a", "one", 1600000000);
  WrittenLayer first = tree.diff(LayerStack());
  LayerOptions early;
  early.clamp_mtime = 1500000000;
  DiffOptions what;
  what.touched_since = later();
  CHECK(paths_of(tree.diff(stack_of({&first}), early, what).index).empty());
}

TEST_CASE("a directory made anew hides what was there before, as in an overlay") {
  Tree tree;
  tree.write("d/old", "1");
  tree.write("e/old", "1");
  WrittenLayer first = tree.diff(LayerStack());
  DiffOptions what;
  what.touched_since = later();
  fs::remove_all(tree.at("d"));
  tree.write("d/new", "2");
  fs::remove(tree.at("e/old"));
  const WrittenLayer second = tree.diff(stack_of({&first}), {}, what);
  CHECK(paths_of(second.index) == Names{"d", "d/new", "e", "-e/old"});
  CHECK(second.index.find("d")->opaque);
  CHECK_FALSE(second.index.find("e")->opaque);
}

TEST_CASE("what is written can be read and unpacked again") {
  Tree tree;
  tree.write("dir/" + std::string(150, 'n') + "/" + std::string(120, 'x'), "long");
  tree.write("\xc3\xbc", "unicode");
  tree.write("bad\xff", "bytes");
  tree.write("ns", "fraction");
  const timespec times[2] = {{-5, 123456789}, {-5, 123456789}};
  REQUIRE(::utimensat(AT_FDCWD, tree.at("ns").c_str(), times, 0) == 0);
  fs::create_symlink(std::string(300, 't'), tree.at("link"));
  for (const Compression compression : {Compression::gzip, Compression::zstd, Compression::none}) {
    LayerOptions options;
    options.compression = compression;
    WrittenLayer written = tree.diff(LayerStack(), options);
    Tree copy;
    const base::Fd fd = base::open_host_directory(copy.root());
    const ReadLayer read =
        read_layer(tree.store(), written.blob, written.diff_id, fd.get(), TreeForm::plain, {});
    CHECK(read.index.entries() == written.index.entries());
    CHECK(read.compression == compression);
    CHECK(read.oddities.empty());
    CHECK(paths_of(copy.diff(stack_of({&written})).index).empty());
  }
}

}  // namespace
}  // namespace cooper::layer
